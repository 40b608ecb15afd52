import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import { stepTriggerPrefix } from "../kinds/step-trigger.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";

/** Sample values by base type: plain, and unlike each other. */
const samples: Readonly<Record<string, readonly string[]>> = {
  smallint: ["1", "2"],
  integer: ["1", "2"],
  bigint: ["1", "2"],
  numeric: ["1.5", "2.25"],
  real: ["1.5", "2.25"],
  "double precision": ["1.5", "2.25"],
  money: ["1", "2"],
  boolean: ["true", "false"],
  text: ["a", "b"],
  "character varying": ["a", "b"],
  character: ["a", "b"],
  '"char"': ["a", "b"],
  name: ["a", "b"],
  citext: ["a", "b"],
  uuid: ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"],
  date: ["2020-01-01", "2021-02-03"],
  "timestamp without time zone": ["2020-01-01 00:00", "2021-02-03 04:05"],
  "timestamp with time zone": ["2020-01-01 00:00+00", "2021-02-03 04:05+00"],
  "time without time zone": ["01:02", "03:04"],
  "time with time zone": ["01:02+00", "03:04+00"],
  interval: ["1 day", "2 hours"],
  json: ['{"a": 1}', "[]"],
  jsonb: ['{"a": 1}', "[]"],
  xml: ["<a/>", "<b/>"],
  bytea: ["\\x01", "\\x02"],
  inet: ["10.0.0.1", "10.0.0.2"],
  cidr: ["10.0.0.0/24", "10.0.1.0/24"],
  macaddr: ["08:00:2b:01:02:03", "08:00:2b:01:02:04"],
  bit: ["1", "0"],
  "bit varying": ["1", "0"],
  point: ["(1,2)", "(3,4)"],
  circle: ["<(1,2),1>", "<(9,9),1>"],
  box: ["(1,2),(0,0)", "(9,9),(8,8)"],
  tsvector: ["a", "b"],
  tsquery: ["a", "b"],
  int4range: ["[1,2)", "[5,6)"],
  int8range: ["[1,2)", "[5,6)"],
  numrange: ["[1,2)", "[5,6)"],
  daterange: ["[2020-01-01,2020-02-01)", "[2021-01-01,2021-02-01)"],
  tsrange: ["[2020-01-01,2020-02-01)", "[2021-01-01,2021-02-01)"],
  tstzrange: ["[2020-01-01,2020-02-01)", "[2021-01-01,2021-02-01)"],
};

/** Rows that were put into a table, and which of its columns tell whether they are still there. */
export interface Seeds {
  readonly tables: readonly Fact<"table">[];
}

/**
 * Puts two rows into every table that takes sample values; a table whose checks or triggers refuse them stays empty.
 * Foreign keys are not enforced meanwhile where the role may say so.
 */
export async function seed(
  database: Database,
  catalog: Catalog,
  hasRows: (table: Fact<"table">) => boolean = () => true,
): Promise<Seeds> {
  const tables: Fact<"table">[] = [];
  for (const table of catalog.ofKind("table").filter(hasRows)) {
    const rows = [0, 1].map((row) => insertRow(catalog, table, row));
    if (await inserted(database, rows, (mode) => stepTriggers(catalog, table, mode))) tables.push(table);
  }
  return { tables };
}

/** Puts triggers that keep columns in step into a mode in which they fire, or into the one that they have. */
function stepTriggers(catalog: Catalog, table: Fact<"table">, mode: "ENABLE ALWAYS" | "ENABLE"): string {
  return catalog
    .childrenOfKind(table.id, "trigger")
    .filter(({ identity }) => identity.name?.startsWith(stepTriggerPrefix))
    .map(
      ({ identity }) =>
        sql`ALTER TABLE ${name(identity.schema, identity.on)} ${raw(mode)} TRIGGER ${name(identity.name)};`
          .text,
    )
    .join(" ");
}

/** @param mode what puts the table's own step triggers into a mode: they fire where all others are silent. */
async function inserted(
  database: Database,
  rows: readonly Sql[],
  mode: (one: "ENABLE ALWAYS" | "ENABLE") => string,
): Promise<boolean> {
  await database.script("SAVEPOINT dm_seed");
  const isSilent = await silenced(database);
  if (isSilent) await database.script(mode("ENABLE ALWAYS"));
  let count = 0;
  for (const row of rows) {
    try {
      await database.script(`SAVEPOINT dm_row; ${row.text}; RELEASE SAVEPOINT dm_row`);
      count++;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      await database.script("ROLLBACK TO SAVEPOINT dm_row");
    }
  }
  if (isSilent) await database.script(`${mode("ENABLE")} SET LOCAL session_replication_role = origin`);
  await database.script("RELEASE SAVEPOINT dm_seed");
  return count > 0;
}

/** Whether the role may keep triggers and foreign keys from firing. */
async function silenced(database: Database): Promise<boolean> {
  try {
    await database.script("SET LOCAL session_replication_role = replica");
    return true;
  } catch (error) {
    // insufficient_privilege
    if (!(error instanceof DatabaseError) || error.sqlstate !== "42501") throw error;
    await database.script("ROLLBACK TO SAVEPOINT dm_seed");
    return false;
  }
}

function insertRow(catalog: Catalog, table: Fact<"table">, row: number): Sql {
  const columns = catalog
    .childrenOfKind(table.id, "column")
    .filter(({ attributes }) => attributes.generated === null && attributes.identity === null);
  const target = name(table.identity.schema, table.identity.name);
  if (columns.length === 0) return sql`INSERT INTO ${target} DEFAULT VALUES`;
  const names = join(columns.map((column) => name(column.identity.name)));
  const values = join(columns.map(({ attributes }) => sampleOf(catalog, attributes.type, row)));
  return sql`INSERT INTO ${target} (${names}) VALUES (${values})`;
}

/** A value of the type; NULL where none is known. */
function sampleOf(catalog: Catalog, type: string, row: number): Sql {
  const base = type.replace(/\([^)]*\)/, "");
  const known = samples[base];
  if (known !== undefined)
    return sql`${literal(known[row % known.length] ?? "")}::${raw(base === "character" ? "text" : base)}`;
  const user = userTypes(catalog).get(type);
  if (user?.labels !== undefined) {
    const label = user.labels[row % user.labels.length];
    return label === undefined ? raw("NULL") : sql`${literal(label)}::${raw(type)}`;
  }
  if (user?.base !== undefined) return sql`${sampleOf(catalog, user.base, row)}::${raw(type)}`;
  return raw(type.endsWith("[]") ? "'{}'" : "NULL");
}

interface UserType {
  readonly labels?: readonly string[];
  readonly base?: string;
}

const cache = new WeakMap<Catalog, ReadonlyMap<string, UserType>>();

function userTypes(catalog: Catalog): ReadonlyMap<string, UserType> {
  const known = cache.get(catalog);
  if (known !== undefined) return known;
  const types = new Map<string, UserType>();
  for (const { identity, attributes } of catalog.ofKind("enum")) {
    types.set(name(identity.schema, identity.name).text, { labels: attributes.labels });
  }
  for (const { identity, attributes } of catalog.ofKind("domain")) {
    types.set(name(identity.schema, identity.name).text, { base: attributes.type });
  }
  cache.set(catalog, types);
  return types;
}

/** The rows of the seeded tables as text, in the columns that a plan does not drop. */
export async function rowsOf(
  database: Database,
  seeds: Seeds,
  catalog: Catalog,
  survives: (id: FactId) => boolean,
): Promise<ReadonlyMap<FactId, string>> {
  const rows = new Map<FactId, string>();
  for (const table of seeds.tables) {
    if (!survives(table.id)) continue;
    const columns = columnsOf(catalog, table.id, survives);
    if (columns.length === 0) continue;
    const list = join(columns.map(({ identity }) => sql`${name(identity.name)}::text`));
    const target = name(table.identity.schema, table.identity.name);
    // Rows of tables that inherit from it are theirs, and may go with them.
    const only = table.attributes.partitionBy === null && raw("ONLY");
    const query = sql`SELECT coalesce(json_agg(r ORDER BY r::text)::text, '') AS rows
      FROM (SELECT json_build_array(${list}) AS r FROM ${only} ${target}) q`;
    const [result] = await database.query<{ rows: string }>(query.text);
    rows.set(table.id, result?.rows ?? "");
  }
  return rows;
}

/** The columns whose values {@link rowsOf} tells. */
export function columnsOf(
  catalog: Catalog,
  table: FactId,
  survives: (id: FactId) => boolean,
): readonly Fact<"column">[] {
  return catalog.childrenOfKind(table, "column").filter(({ id }) => survives(id));
}
