import type { State } from "./state.js";

/** What dm is known not to bring about, and the oracle therefore does not hold against it. */
interface Gap {
  readonly catalog: string;
  readonly why: string;
  /** The column that is not compared; the whole row unless said. */
  readonly column?: string;
  /** Which rows; `isMember` of an extension or of a type. */
  readonly row: (row: Readonly<Record<string, string>>, isMember: boolean) => boolean;
}

const ofMembers =
  "default privileges that stood before CREATE EXTENSION or CREATE TYPE AS RANGE also hold for the functions that come along; dm leaves those alone";

const gaps: readonly Gap[] = [
  {
    catalog: "pg_constraint",
    why: "a NOT NULL constraint is its column's or its domain's: dm does not model its name and NO INHERIT",
    row: ({ contype }) => contype === "n",
  },
  {
    catalog: "pg_attribute",
    why: "a child is created whole and then tied to its parent, which leaves its columns its own as well",
    column: "attislocal",
    row: () => true,
  },
  {
    catalog: "pg_constraint",
    why: "likewise its checks",
    column: "conislocal",
    row: ({ contype }) => contype === "c",
  },
  ...(["pg_proc.proacl", "pg_type.typacl", "pg_class.relacl"] as const).map((id) => {
    const [catalog = "", column = ""] = id.split(".");
    return { catalog, column, why: ofMembers, row: (_: unknown, isMember: boolean) => isMember };
  }),
];

/** The state without the gaps, and without what depends on them. */
export function withoutGaps({ catalogs, original }: State): State {
  const dropped = new Set<string>();
  const members = new Set(
    [...(catalogs.get("pg_depend") ?? [])]
      .filter(
        ([, { classid, deptype, refclassid }]) =>
          deptype === "e" || (deptype === "i" && classid === "pg_proc" && refclassid === "pg_type"),
      )
      .map(([, { classid, objid }]) => `${classid} ${objid}`),
  );
  const kept = new Map<string, ReadonlyMap<string, Readonly<Record<string, string>>>>();
  for (const [catalog, rows] of catalogs) {
    const here = gaps.filter((gap) => gap.catalog === catalog);
    const left = new Map<string, Readonly<Record<string, string>>>();
    for (const [name, row] of rows) {
      const found = here.filter((gap) => gap.row(row, members.has(`${catalog} ${name}`)));
      const columns = found.map(({ column }) => column);
      if (columns.includes(undefined)) dropped.add(`${catalog} ${name}`);
      else left.set(name, Object.fromEntries(Object.entries(row).filter(([key]) => !columns.includes(key))));
    }
    kept.set(catalog, left);
  }
  const edges = [...(kept.get("pg_depend") ?? [])].filter(
    ([, { classid, objid }]) => !dropped.has(`${classid} ${objid}`),
  );
  return { catalogs: kept.set("pg_depend", new Map(edges)), original };
}
