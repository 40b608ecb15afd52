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
  "default privileges that stood before CREATE EXTENSION, CREATE TYPE AS RANGE or an identity column also hold for the functions and sequences that come along; dm leaves those alone";

const gaps: readonly Gap[] = [
  {
    catalog: "pg_constraint",
    why: "an inherited NOT NULL constraint cannot be renamed: dm does not model its name",
    row: ({ contype, coninhcount = "0" }) => contype === "n" && coninhcount !== "0",
  },
  {
    catalog: "pg_attribute",
    why: "a table that was there before INHERIT keeps its columns as its own, too",
    column: "attislocal",
    row: () => true,
  },
  {
    catalog: "pg_constraint",
    why: "likewise its checks",
    column: "conislocal",
    row: ({ contype }) => contype === "c",
  },
  {
    catalog: "pg_extension",
    why: "whatever version is there is right, unless a schema file says VERSION (test/kinds/extensions.test.ts)",
    column: "extversion",
    row: () => true,
  },
  ...(["pg_proc.proacl", "pg_type.typacl", "pg_class.relacl"] as const).map((id) => {
    const [catalog = "", column = ""] = id.split(".");
    return { catalog, column, why: ofMembers, row: (_: unknown, isMember: boolean) => isMember };
  }),
];

/** The state without the gaps, without the members of these extensions, and without what depends on either. */
export function withoutGaps(state: State, extensions: ReadonlySet<string>): State {
  const { catalogs, original } = state;
  const dropped = membersOf(state, extensions);
  const members = new Set(
    [...(catalogs.get("pg_depend") ?? [])]
      .filter(
        ([, { classid, deptype, refclassid }]) =>
          deptype === "e" ||
          (deptype === "i" && classid === "pg_proc" && refclassid === "pg_type") ||
          (deptype === "i" && classid === "pg_class" && refclassid === "pg_class"),
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
      else if (!dropped.has(`${catalog} ${name}`))
        left.set(name, Object.fromEntries(Object.entries(row).filter(([key]) => !columns.includes(key))));
    }
    kept.set(catalog, left);
  }
  const edges = [...(kept.get("pg_depend") ?? [])].filter(
    ([, { classid, objid }]) => !dropped.has(`${classid} ${objid}`),
  );
  return { catalogs: kept.set("pg_depend", new Map(edges)), original };
}

/** The extensions that both states have, in two versions: each script brings members of its own. */
export function inTwoVersions(a: State, b: State): Set<string> {
  const versions = ({ catalogs }: State) =>
    new Map([...(catalogs.get("pg_extension") ?? [])].map(([name, row]) => [name, row.extversion]));
  const others = versions(b);
  return new Set(
    [...versions(a)]
      .filter(([name, version]) => others.has(name) && others.get(name) !== version)
      .map(([name]) => name),
  );
}

/** What belongs to these extensions, and what belongs to that: array types, an operator family's operators. */
function membersOf({ catalogs }: State, extensions: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const owners = new Set([...extensions].map((name) => `pg_extension ${name}`));
  for (let before = -1; found.size > before; ) {
    before = found.size;
    for (const { classid, objid, deptype, refclassid, refobjid } of catalogs.get("pg_depend")?.values() ??
      []) {
      const belongs =
        deptype === "e" || deptype === "i" || (deptype === "a" && /^pg_am(op|proc)$/.test(classid ?? ""));
      const owner = `${refclassid} ${refobjid}`;
      if (belongs && (owners.has(owner) || found.has(owner))) found.add(`${classid} ${objid}`);
    }
  }
  return found;
}
