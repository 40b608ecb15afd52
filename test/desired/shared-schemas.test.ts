import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openPglite } from "../../src/database/pglite.js";
import { loadDesired } from "../../src/desired/load.js";
import type { DesiredState, DesiredStatement } from "../../src/desired/state.js";
import { openParser, type ParsedStatement } from "../../src/parse/parser.js";
import { shared, skipAloud } from "../support/databases.js";
import { account } from "./catalog.js";
import { desired } from "./files.js";

const directory = shared("schemas");
const files =
  directory === undefined ? [] : readdirSync(directory).filter((name) => !name.endsWith(".pre.sql"));
const parser = await openParser(18);
const database = await openPglite();
afterAll(() => database.close());

/**
 * Statements of the samples that no schema file holds, and what a 32-bit PostgreSQL or PGlite does not have.
 */
const foreign = new Set(["DoStmt", "DropStmt", "InsertStmt", "AlterExtensionStmt"]);
const unavailable = /int8alias|\bec[0-2]\b|pg_stat_statements|\bdrop column\b/i;

const isForeign = ({ type, text }: ParsedStatement) => foreign.has(type) || unavailable.test(text);

/** The sample without them, but with the function that one of its DO blocks makes. */
function sample(name: string): string {
  const made = "create function c.current_user_id() returns int language sql stable as 'select 1'";
  const text = readFileSync(path.join(directory ?? "", name), "utf8");
  const statements = parser.statements(text, name).filter(isForeign);
  return statements.reduceRight((kept, { start, end, text }) => {
    const instead = text.includes("create function c.current_user_id") ? made : "";
    return kept.slice(0, start) + instead + kept.slice(end);
  }, text);
}

/**
 * A fixed shuffle. What overrides what was said before stays behind it: REVOKE behind GRANT, a partition's
 * trigger behind that of all partitions.
 */
function shuffled(statements: readonly DesiredStatement[], seed: number): DesiredStatement[] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const keyed = statements.map((desired) => ({ desired, key: random() }));
  const ordered = keyed.filter(({ desired }) => isOverriding(desired));
  const keys = ordered.map(({ key }) => key).toSorted((a, b) => a - b);
  ordered.forEach((one, index) => {
    one.key = keys[index] ?? one.key;
  });
  return keyed.toSorted((a, b) => a.key - b.key).map(({ desired }) => desired);
}

const isOverriding = ({ statement }: DesiredStatement) =>
  statement.type === "GrantStmt" || /^ALTER TABLE .* (ENABLE|DISABLE) .*TRIGGER/is.test(statement.text);

async function built(state: DesiredState): Promise<string[]> {
  return database.trial(async () => {
    await loadDesired(state, database);
    return account(database);
  });
}

describe.skipIf(skipAloud(directory === undefined, "no shared/schemas"))("each real schema", () => {
  test.each(files)("%s loads as psql loads it, and in any order", { timeout: 120_000 }, async (name) => {
    const sql = sample(name);
    const state = await desired({ [name]: sql });
    const plain = await database.trial(async () => {
      const roles = state.roles.filter((role) => role !== "postgres" && !role.startsWith("pg_"));
      await database.script(roles.map((role) => `CREATE ROLE "${role}"`).join(";"));
      await database.script(sql.replaceAll(/^\\.*$/gm, ""));
      return account(database);
    });
    const inOrder = await built(state);
    expect(inOrder).toEqual(plain);
    for (const seed of [1, 2, 3]) {
      expect(await built({ ...state, statements: shuffled(state.statements, seed) })).toEqual(inOrder);
    }
  });
});
