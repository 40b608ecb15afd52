import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import { DmError } from "../error.js";
import { name } from "../sql/sql.js";
import { type Refused, runBatch } from "./batch.js";
import { rootCause } from "./cause.js";
import { applySettings } from "./settings.js";
import { sharedPartOf } from "./shared.js";
import type { DesiredExtension, DesiredState } from "./state.js";
import { as } from "./tree.js";
import { type LoadUnit, loadUnits } from "./units.js";

export interface LoadOptions {
  /**
   * For schemas that outgrow the lock table: commit after so many statements. The load then runs outside of a
   * transaction, in a scratch database.
   */
  readonly commitEvery?: number;
  /** Called once with the texts of what cannot run; whether it made something, so that trying again makes sense. */
  readonly supply?: (texts: readonly string[]) => Promise<boolean>;
}

export interface Loaded {
  /** Roles that were missing and were created; they outlive the scratch database when the load commits. */
  readonly createdRoles: readonly string[];
}

/**
 * Runs the schema files' statements in an empty shadow, whatever their order. Runs in the caller's open
 * transaction, unless `commitEvery` is given. Throws a DmError with the place in the files when a statement
 * cannot run; a DatabaseError as it came when the server itself is at its end (SQLSTATE classes 08, 53, 57,
 * 58, XX).
 */
export async function loadDesired(
  state: DesiredState,
  database: Database,
  options: LoadOptions = {},
): Promise<Loaded> {
  const commit = options.commitEvery;
  const inTransaction = <T>(work: () => Promise<T>) =>
    commit === undefined ? work() : database.transaction(work);
  await requireExtensions(state.extensions, database);
  const createdRoles = await inTransaction(() => createRoles(state, database));
  const run = (units: readonly LoadUnit[]) => inTransaction(() => runBatch(units, database));

  let refused: Refused[] = [];
  const units = loadUnits(state.statements, await databaseName(state, database));
  for (const batch of batches(units, commit)) {
    refused = await run([...refused.map(({ unit }) => unit), ...batch]);
  }
  if (refused.length > 0 && (await options.supply?.(refused.map(({ unit }) => unit.text))) === true) {
    refused = await run(refused.map(({ unit }) => unit));
  }
  refused = await withoutBodyChecks(refused, run);
  while (refused.length > 0) {
    const cause = rootCause(refused);
    if (cause === undefined) break;
    await explain(cause, refused, database, commit !== undefined);
    // It ran after all, outside of the loop: what waited for it may follow.
    refused = await run(refused.flatMap(({ unit }) => (unit === cause.unit ? [] : [unit])));
  }
  return { createdRoles };
}

/** The shadow's database, where a statement is about the database itself. */
async function databaseName({ statements }: DesiredState, database: Database): Promise<string | undefined> {
  if (!statements.some(({ statement }) => sharedPartOf(statement) === "settings")) return undefined;
  const [row] = await database.query<{ name: string }>("SELECT current_database()::text AS name");
  return row?.name;
}

/** Half a megabyte at a time, or so many statements. */
function* batches(units: readonly LoadUnit[], count = Number.POSITIVE_INFINITY): Generator<LoadUnit[]> {
  let batch: LoadUnit[] = [];
  let length = 0;
  for (const unit of units) {
    batch.push(unit);
    length += unit.text.length;
    if (batch.length >= count || length >= 512 * 1024) {
      yield batch;
      batch = [];
      length = 0;
    }
  }
  yield batch;
}

/** Functions that call each other: created unchecked, then created again with the check that they missed. */
async function withoutBodyChecks(
  refused: Refused[],
  run: (units: readonly LoadUnit[]) => Promise<Refused[]>,
): Promise<Refused[]> {
  const functions = refused.flatMap(({ unit }) => (isFunction(unit) ? [unit] : []));
  if (functions.length === 0) return refused;
  const original = new Map(functions.map((unit) => [unchecked(unit), unit]));
  const others = refused.flatMap(({ unit }) => (isFunction(unit) ? [] : [unit]));
  const left = await run([...original.keys(), ...others].toSorted((a, b) => a.stage - b.stage));
  const missing = new Set(left.map(({ unit }) => unit));
  const created = [...original].flatMap(([unit, checked]) =>
    missing.has(unit) ? [] : [asReplacement(checked)],
  );
  const broken = await run(created);
  return [...left.map((one) => ({ ...one, unit: original.get(one.unit) ?? one.unit })), ...broken];
}

function unchecked(unit: LoadUnit): LoadUnit {
  const { desired } = unit;
  const off = ["check_function_bodies", "SET LOCAL check_function_bodies TO off"] as const;
  return { ...unit, desired: { ...desired, settings: new Map([...desired.settings, off]) } };
}

const isFunction = ({ desired }: LoadUnit) => as(desired.statement.tree, "CreateFunctionStmt") !== undefined;

function asReplacement(unit: LoadUnit): LoadUnit {
  const addition = " OR REPLACE";
  const text = unit.text.replace(/^create/i, (word) => word + addition);
  const end = "create".length;
  const locate = (position: number) =>
    unit.locate(position > end ? Math.max(position - addition.length, 0) : position);
  return { ...unit, text, locate };
}

async function requireExtensions(extensions: readonly DesiredExtension[], database: Database): Promise<void> {
  if (extensions.length === 0) return;
  const rows = await database.query<{ name: string }>("SELECT name FROM pg_catalog.pg_available_extensions");
  const available = new Set(rows.map((row) => row.name));
  const missing = extensions.find((extension) => !available.has(extension.name));
  if (missing === undefined) return;
  throw new DmError(
    "DM2109",
    `the shadow ${database.description} does not have the extension ${missing.name}`,
    {
      at: missing.at,
      next: [
        "set `shadow:` in dm.yaml to a server that has it",
        ...(database.engine === "server" ? ["install it on that server"] : []),
      ],
    },
  );
}

async function createRoles({ roles, statements }: DesiredState, database: Database): Promise<string[]> {
  if (roles.length === 0) return [];
  const rows = await database.query<{ rolname: string }>("SELECT rolname::text FROM pg_catalog.pg_roles");
  const existing = new Set(rows.map((row) => row.rolname));
  for (const { statement } of statements) existing.add(as(statement.tree, "CreateRoleStmt")?.role ?? "");
  // CREATE ROLE refuses names that begin with pg_: a predefined role that this version lacks is an error
  // where it stands.
  const missing = roles.filter((role) => !existing.has(role) && !role.startsWith("pg_"));
  if (missing.length === 0) return [];
  try {
    await database.script(missing.map((role) => `CREATE ROLE ${name(role).text} NOLOGIN`).join(";\n"));
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.sqlstate !== insufficientPrivilege) throw error;
    throw new DmError(
      "DM2110",
      `the shadow lacks the roles ${missing.join(", ")}, and dm may not create them there`,
      {
        at: database.description,
        details: [error.message],
        next: [
          "create them on the server of the shadow",
          "set `shadow:` to a server where dm may create roles",
        ],
        cause: error,
      },
    );
  }
  return missing;
}

const insufficientPrivilege = "42501";

/** Runs the statement once more by itself, for PostgreSQL to say all about it, and throws that. */
async function explain(cause: Refused, refused: readonly Refused[], database: Database, commits: boolean) {
  const { unit } = cause;
  const settings = applySettings(unit.desired.settings, []);
  const attempt = async () => {
    await database.script(settings);
    await database.query(unit.text);
    await database.script(applySettings(new Map(), unit.desired.settings.keys()));
  };
  try {
    if (commits) await database.transaction(attempt);
    else await inSavepoint(database, attempt);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw loadError(unit, error, refused.length - 1);
  }
}

async function inSavepoint(database: Database, work: () => Promise<void>): Promise<void> {
  await database.script("SAVEPOINT dm_load");
  try {
    await work();
  } catch (error) {
    await database.script("ROLLBACK TO SAVEPOINT dm_load");
    throw error;
  }
  await database.script("RELEASE SAVEPOINT dm_load");
}

function loadError(unit: LoadUnit, error: DatabaseError, others: number): DmError {
  const { position, detail, where, hint, message, sqlstate } = error.report;
  const details = [
    ...(detail === undefined ? [] : [detail]),
    ...(where === undefined ? [] : [where]),
    ...(others === 0
      ? []
      : [`${others} more ${others === 1 ? "statement" : "statements"} could not run either`]),
  ];
  return new DmError("DM2101", message, {
    at: unit.locate((position ?? 1) - 1),
    details,
    ...(hint === undefined ? {} : { hint }),
    next: adviceFor(sqlstate),
    cause: error,
  });
}

function adviceFor(sqlstate: string): string[] {
  if (sqlstate === activeTransaction) {
    return ["PostgreSQL does not run it in a transaction: move it to a revision made by `dm new`"];
  }
  return [];
}

const activeTransaction = "25001";
