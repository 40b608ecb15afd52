import { Catalog } from "../catalog/catalog.js";
import type { Fact, Unmodelled } from "../catalog/fact.js";
import type { Database, Row } from "../database/database.js";
import type { FactRow, QueryContext, Shared } from "../kinds/define.js";
import { kindNames, kindOf } from "../kinds/index.js";
import { literal, raw } from "../sql/sql.js";
import { dependencyQuery, extensionMemberQuery } from "./dependencies.js";
import { memberPartsQuery } from "./member-parts.js";
import { resolve } from "./resolve.js";
import { unmodelledQuery } from "./unmodelled.js";

export interface IntrospectOptions {
  /** The role whose ownership goes without saying; the connected one unless given. */
  readonly self?: string;
  /** What is read of the server and the database as such; nothing unless given. */
  readonly shared?: readonly Shared[];
  /** Reads nothing but that, as a server of this major version has it. */
  readonly onlySharedOf?: number;
}

/** One consistent picture of the database, in one REPEATABLE READ READ ONLY transaction and two round trips. */
export function introspect(database: Database, options: IntrospectOptions = {}): Promise<Catalog> {
  return database.transaction(() => introspectHere(database, options), {
    isolation: "repeatable read",
    readOnly: true,
  });
}

/** The same inside a transaction that the caller holds: what it built and has not committed is seen. */
export async function introspectHere(database: Database, options: IntrospectOptions = {}): Promise<Catalog> {
  const { major } = database.version;
  const self = options.self === undefined ? raw("current_user") : literal(options.self);
  const context: QueryContext = { major: options.onlySharedOf ?? major, self };
  const kinds = kindNames.filter((kind) => {
    const { shared } = kindOf(kind);
    if (shared === undefined) return options.onlySharedOf === undefined;
    return options.shared?.includes(shared) === true;
  });
  const results = await database.script(
    [
      ...printing,
      `SELECT ${self.text}::text AS self`,
      asJson(dependencyQuery),
      asJson(extensionMemberQuery),
      asJson(unmodelledQuery(major)),
      asJson(memberPartsQuery),
      ...kinds.map((kind) => asJson(kindOf(kind).query(context))),
      ...restore,
    ].join(";\n"),
  );
  const [selfRows, dependencies, members, unmodelled, memberParts, ...rowsByKind] = results.slice(
    printing.length,
  );
  const rows = kinds.map((kind, at) => ({
    kind,
    rows: read<FactRow<Fact["attributes"]>>(rowsByKind[at]),
  }));
  const { facts, edges } = resolve(rows, read(dependencies), read(members));
  return new Catalog({
    major,
    self: String(selfRows?.[0]?.self),
    facts,
    edges,
    unmodelled: [...read<Unmodelled>(unmodelled), ...read<Unmodelled>(memberParts)],
  });
}

/** Settings that decide how PostgreSQL prints names, constants and expressions (manual, Client Connection Defaults). */
const settings: Readonly<Record<string, string>> = {
  search_path: "",
  quote_all_identifiers: "off",
  datestyle: "ISO, YMD",
  intervalstyle: "postgres",
  timezone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
};

const printing = Object.entries(settings).map(
  ([name, value]) =>
    `SELECT set_config('dm.before_${name}', current_setting('${name}'), true), set_config('${name}', '${value}', true)`,
);

const restore = Object.keys(settings).map(
  (name) => `SELECT set_config('${name}', current_setting('dm.before_${name}'), true)`,
);

function asJson(query: string): string {
  return `SELECT to_json(q) AS row FROM (${query}) q`;
}

function read<T>(rows: readonly Row[] | undefined): T[] {
  return (rows ?? []).map((row) => row.row as T);
}
