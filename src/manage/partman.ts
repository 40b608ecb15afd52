import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { name as sqlName } from "../sql/sql.js";
import type { KeptTable } from "./version-tables.js";

const tool = "pg_partman";

/** What pg_partman puts behind a table's name: `_p20250301`, `_p2025_03_01`, `_p2025w09`, `_p1000`, `_default`. */
const suffix = /_(?:default|p\d[\d_w]*)$/u;

/**
 * The tables that pg_partman makes and drops by itself where it is installed: partitions, those that its retention has
 * detached and kept, and its templates. They come and go with the calendar, so no schema file can say which there are.
 */
export function partmanTables(catalog: Catalog): KeptTable[] {
  const extension = catalog.ofKind("extension").find(({ identity }) => identity.name === tool);
  if (extension === undefined) return [];
  const tables = catalog.ofKind("table");
  const partitioned = tables.filter(({ attributes }) => attributes.partitionBy !== null);
  return tables.flatMap((table) => {
    const { schema = "", name = "" } = table.identity;
    const path = [schema, name];
    if (schema === extension.attributes.schema && name.startsWith("template_")) {
      return [{ table, tool, path }];
    }
    const parent = partitioned.find((one) => isPartOf(table, one));
    if (parent === undefined) return [];
    return [{ table, tool, path, among: `${sqlName(schema, parent.identity.name).text}_*` }];
  });
}

/** By its name: the partitioned table's, cut off where both together would be too long, and a suffix. */
function isPartOf({ identity: part }: Fact<"table">, { identity: whole }: Fact<"table">): boolean {
  const { name = "" } = part;
  const stem = name.replace(suffix, "");
  if (part.schema !== whole.schema || stem === name) return false;
  const isCutOff = stem !== "" && Buffer.byteLength(name) >= 62;
  return stem === whole.name || (isCutOff && whole.name?.startsWith(stem) === true);
}
