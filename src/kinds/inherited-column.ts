import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import type { AlterContext } from "./define.js";
import { changeOptions } from "./options.js";
import { storageName } from "./storage.js";

const ties = ["partition", "inheritance"] as const;

/** Whether other tables inherit from this one, in a state; only through such ties if some are given. */
export function hasHeirs(
  table: FactId | undefined,
  catalog: Catalog,
  through: readonly (typeof ties)[number][] = ties,
): boolean {
  if (table === undefined) return false;
  return catalog.dependents(table).some(({ from }) => {
    const tie = catalog.get(from);
    return through.some((kind) => isKind(tie, kind)) && tie?.parent !== table;
  });
}

/** `ONLY` where a drop would take what inherits along; partitions have nothing of their own to keep. */
export function dropsOnly({ parent }: Fact, current: Catalog): Sql | false {
  return hasHeirs(parent, current, ["inheritance"]) && raw("ONLY");
}

/** `ONLY` where a statement would change the tables that inherit, too (manual, ALTER TABLE, ONLY). */
export function only(
  { parent }: Fact,
  { current, wanted }: Pick<AlterContext, "current" | "wanted">,
): Sql | false {
  return (hasHeirs(parent, current) || hasHeirs(parent, wanted)) && raw("ONLY");
}

/** The fact that this one comes from alone: it would go with it. */
export function origin(fact: Fact, catalog: Catalog): Fact | undefined {
  const edges = catalog.dependencies(fact.id).filter(({ type }) => type === "inherits");
  if (edges.some(({ local }) => local === true)) return undefined;
  return catalog.get(edges[0]?.to);
}

/**
 * What a column that came with its parent's still needs to be as wanted: only names and types are shared for good.
 * @param isTold whether CREATE TABLE has told the default and NOT NULL.
 */
export function afterInheriting(fact: Fact<"column">, catalog: Catalog, isTold = false): Sql[] {
  const parent = origin(fact, catalog);
  if (parent === undefined) return [];
  const from = isKind(parent, "column") ? parent.attributes : plain;
  const { identity, attributes: to } = fact;
  const alter = sql`ALTER TABLE ONLY ${name(identity.schema, identity.on)} ALTER COLUMN ${name(identity.name)}`;
  const [inherited, own] = [defaultOf(parent, catalog), defaultOf(fact, catalog)];
  const statements: Sql[] = [];
  if (!isTold && own !== inherited) {
    statements.push(own === undefined ? sql`${alter} DROP DEFAULT` : sql`${alter} SET DEFAULT ${raw(own)}`);
  }
  if (!isTold && isNotNull(fact, catalog) && !isNotNull(parent, catalog)) {
    const table = sql`ALTER TABLE ${!isNotNullBelow(fact, catalog) && raw("ONLY")} ${name(identity.schema, identity.on)}`;
    statements.push(sql`${table} ALTER COLUMN ${name(identity.name)} SET NOT NULL`);
  }
  if (to.storage !== from.storage) {
    statements.push(sql`${alter} SET STORAGE ${storageName(to.storage, to.type, catalog, catalog.major)}`);
  }
  if (to.compression !== from.compression) {
    statements.push(sql`${alter} SET COMPRESSION ${raw(to.compression ?? "default")}`);
  }
  if (to.statistics !== null) statements.push(sql`${alter} SET STATISTICS ${to.statistics}`);
  return [...statements, ...changeOptions(alter, [], to.options)];
}

/** What comes from an attribute of a composite type. */
const plain = { storage: null, compression: null };

const isNotNull = ({ id }: Fact, catalog: Catalog) => catalog.childrenOfKind(id, "not null").length > 0;

/** Whether all that inherits the column has the NOT NULL with it. ONLY would make it NO INHERIT from version 18 on. */
function isNotNullBelow({ id }: Fact, catalog: Catalog): boolean {
  const [constraint] = catalog.childrenOfKind(id, "not null");
  if (constraint?.attributes.noInherit === true) return false;
  return catalog
    .dependents(id)
    .filter(({ type }) => type === "inherits")
    .flatMap(({ from }) => catalog.get(from) ?? [])
    .every((heir) => isNotNull(heir, catalog));
}

function defaultOf({ id }: Fact, catalog: Catalog): string | undefined {
  return catalog.childrenOfKind(id, "default")[0]?.attributes.expression;
}
