import type { State } from "./state.js";

type RowOf = Readonly<Record<string, string>>;

/** What two indexes of one table may differ in that PostgreSQL takes for each other (index.c, CompareIndexInfo). */
const ownColumns = new Set(["indexrelid", "indoption", "indisclustered", "indisreplident"]);

/**
 * Of indexes of a partition that are alike, PostgreSQL gives the partitioned table's index the oldest that is free (CREATE
 * INDEX, ATTACH PARTITION). Where a table is attached no statement says which, so that it does not count.
 */
export function withoutAlikeIndexes({ catalogs, original }: State): State {
  const alike = alikeIndexes(catalogs.get("pg_index") ?? new Map());
  const isTie = ({ classid, deptype }: RowOf) =>
    classid === "pg_class" && (deptype === "P" || deptype === "S");
  const left = new Map(catalogs);
  const filter = (catalog: string, keep: (row: RowOf) => boolean) =>
    left.set(catalog, new Map([...(catalogs.get(catalog) ?? [])].filter(([, row]) => keep(row))));
  filter("pg_inherits", ({ inhrelid = "" }) => !alike.has(inhrelid));
  filter("pg_depend", (row) => !(isTie(row) && alike.has(row.objid ?? "")));
  left.set(
    "pg_class",
    new Map(
      [...(catalogs.get("pg_class") ?? [])].map(([name, row]) => {
        const { relispartition: _, ...rest } = row;
        return [name, alike.has(name) ? rest : row];
      }),
    ),
  );
  return { catalogs: left, original };
}

function alikeIndexes(rows: ReadonlyMap<string, RowOf>): ReadonlySet<string> {
  const groups = new Map<string, string[]>();
  for (const row of rows.values()) {
    const key = JSON.stringify(Object.entries(row).filter(([column]) => !ownColumns.has(column)));
    groups.set(key, [...(groups.get(key) ?? []), row.indexrelid ?? ""]);
  }
  return new Set([...groups.values()].filter((group) => group.length > 1).flat());
}
