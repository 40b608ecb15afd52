import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { DatabaseError } from "../../src/database/error.js";
import type { Shadow } from "../../src/database/shadow.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { openParser } from "../../src/parse/parser.js";
import { name } from "../../src/sql/sql.js";
import { readState, type State } from "../oracle/state.js";
import type { Pair } from "./pairs.js";

/** A state as dm reads it and, where it is asked for, as the oracle does. */
export interface Loaded {
  readonly catalog: Catalog;
  readonly state: State | undefined;
}

/** A text of a pair as PostgreSQL reads it: in a transaction where that is possible, in a database of its own else. */
export async function load(shadow: Shadow, pair: Pair, text: string, hasOracle: boolean): Promise<Loaded> {
  const read = async (database: Database, catalog: Catalog): Promise<Loaded> => ({
    catalog,
    state: hasOracle ? await readState(database) : undefined,
  });
  const { database } = shadow;
  try {
    return await database.trial(async () => {
      await prepare(database, pair);
      await database.script(text);
      return read(database, await introspectHere(database));
    });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (mustCommit.has(error.sqlstate)) {
      return shadow.fresh((fresh) =>
        inNewRoles(fresh, async () => {
          await loadCommitted(fresh, pair, text);
          return read(fresh, await introspect(fresh));
        }),
      );
    }
    if (pair.unordered !== true) throw error;
    return database.trial(async () => {
      await prepare(database, pair);
      await inAnyOrder(database, await statementsOf(database, text));
      return read(database, await introspectHere(database));
    });
  }
}

/** Refused inside a transaction: CREATE INDEX CONCURRENTLY; use of a new enum value in the transaction that made it. */
const mustCommit = new Set(["25001", "55P04"]);

/** Loads the text and commits it, each statement by itself as psql does. */
export async function loadCommitted(database: Database, pair: Pair, text: string): Promise<void> {
  await prepare(database, pair);
  const statements = await statementsOf(database, text);
  if (pair.unordered === true) await database.transaction(() => inAnyOrder(database, statements));
  else for (const statement of statements) await loadStatement(database, statement);
}

/** A role belongs to the whole server: another text may have made it. */
async function loadStatement(database: Database, statement: string): Promise<void> {
  try {
    await database.script(statement);
  } catch (error) {
    const isThere = error instanceof DatabaseError && error.sqlstate === "42710";
    if (!isThere || !/^CREATE (ROLE|USER)\b/i.test(statement)) throw error;
  }
}

/** The roles that the work makes, which belong to the whole server, go when it is done. */
export async function inNewRoles<T>(database: Database, work: () => Promise<T>): Promise<T> {
  const before = await roles(database);
  try {
    return await work();
  } finally {
    for (const role of (await roles(database)).filter((one) => !before.includes(one))) {
      await database.script(`DROP OWNED BY ${name(role).text} CASCADE; DROP ROLE ${name(role).text}`);
    }
  }
}

/** What a pair expects of the server before its texts are loaded. */
async function prepare(database: Database, pair: Pair): Promise<void> {
  const present = await roles(database);
  const missing = (pair.roles ?? []).filter((role) => !present.includes(role));
  for (const role of missing) await database.script(`CREATE ROLE ${name(role).text}`);
  for (const statement of pair.setup ?? []) {
    if (!/^CREATE ROLE/i.test(statement)) await database.script(statement);
  }
  // The recorded user has its own default schema beside public.
  if (pair.user !== undefined) await database.script("CREATE SCHEMA foo; SET search_path TO foo, public");
}

async function roles(database: Database): Promise<string[]> {
  const rows = await database.query<{ role: string }>(`SELECT rolname::text AS role FROM pg_roles`);
  return rows.map(({ role }) => role);
}

async function statementsOf(database: Database, text: string): Promise<string[]> {
  const parser = await openParser(database.version.major);
  return parser.statements(text, "pair.sql").map((statement) => statement.text);
}

/** Again and again those that failed, for as long as one of them no longer does. */
async function inAnyOrder(database: Database, statements: readonly string[]): Promise<void> {
  let pending = statements;
  for (;;) {
    const failed: string[] = [];
    let reason: unknown;
    for (const statement of pending) {
      try {
        await database.script(`SAVEPOINT one; ${statement}; RELEASE SAVEPOINT one`);
      } catch (error) {
        await database.script("ROLLBACK TO SAVEPOINT one");
        reason = error;
        failed.push(statement);
      }
    }
    if (failed.length === 0) return;
    if (failed.length === pending.length) throw reason;
    pending = failed;
  }
}
