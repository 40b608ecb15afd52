import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Unmodelled } from "../../src/catalog/fact.js";
import type { Database } from "../../src/database/database.js";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { describeChanges } from "../../src/proof/prove.js";
import { openShadow } from "../corpus/open-shadow.js";
import { endsOfServers, type Postgres } from "../support/databases.js";

/** Two states of which dm makes one out of the other, and back. */
export interface StatePair {
  readonly name: string;
  /** What both have. */
  readonly both?: string;
  /** Roles that the states name; dm makes none. */
  readonly roles?: readonly string[];
  readonly a: string;
  readonly b: string;
  /** First version that knows the syntax. */
  readonly since?: number;
  /** Up must change in place: none of its statements matches. */
  readonly never?: RegExp;
}

/** A test for each pair on each PostgreSQL: base → a → b → a → base by plans alone, measured at every stop. */
export function thereAndBack(
  subject: string,
  pairs: readonly StatePair[],
  on: readonly Postgres[] = endsOfServers,
): void {
  describe.each(on)(`${subject} on %s`, (postgres) => {
    const open = openShadow(postgres);
    test.each(pairs)("$name", async (pair) => {
      const { database } = open().shadow;
      if (pair.since !== undefined && database.version.major < pair.since) return;
      expect(await journey(database, pair)).toEqual([]);
    });
  });
}

async function journey(
  database: Database,
  { both = "", roles = [], a, b, never }: StatePair,
): Promise<string[]> {
  const createRoles = roles.map((role) => `CREATE ROLE ${role} SUPERUSER`);
  const load = (text: string) =>
    database.trial(async () => {
      await database.script([...createRoles, both, text].join(";"));
      return introspectHere(database);
    });
  const [base, wantedA, wantedB] = [await load(""), await load(a), await load(b)];
  const empty = await database.trial(() => introspectHere(database));
  const problems: string[] = [];
  await database.trial(async () => {
    await database.script(createRoles.join(";"));
    const go = async (leg: string, from: Catalog, to: Catalog) => {
      const statements = plan(from, to).map(({ sql }) => sql.text);
      for (const statement of statements) {
        await database.script(statement).catch((error: unknown) => {
          throw new Error(`${leg}: ${statement}`, { cause: error });
        });
        if (never !== undefined && (leg === "a to b" || leg === "b to a") && never.test(statement))
          problems.push(`${leg}: ${statement}`);
      }
      const reached = await introspectHere(database);
      const lines = describeChanges(diff(reached, to));
      if (lines.length > 0) problems.push([leg, ...lines, ...statements].join("\n  "));
      if (reached.fingerprint === to.fingerprint && plan(reached, to).length > 0)
        problems.push(`${leg}: the next plan is not empty`);
      return reached;
    };
    let at = await go("a", empty, wantedA);
    at = await go("a to b", at, wantedB);
    at = await go("b to a", at, wantedA);
    await go("all of it away", at, empty);
    await go("b", empty, wantedB);
  });
  // Where a trigger's clones are internal ones, nothing but names tells them apart.
  const isClone = ({ kind }: Unmodelled) => kind === "internal trigger" && base.major < 15;
  for (const one of [...base.unmodelled, ...wantedA.unmodelled, ...wantedB.unmodelled]) {
    if (!isClone(one)) problems.push(`not modelled: ${one.kind} ${one.name}`);
  }
  return problems;
}
