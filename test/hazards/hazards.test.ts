import { describe, expect, it } from "vitest";
import type { Identity } from "../../src/catalog/identity.js";
import type { Database } from "../../src/database/database.js";
import { withShadow } from "../../src/database/shadow.js";
import { allHazardCodes, type Hazard } from "../../src/hazards/codes.js";
import { findHazards, preflightQueries } from "../../src/hazards/hazards.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import type { Statement } from "../../src/kinds/define.js";
import { address } from "../../src/kinds/index.js";
import { openParser } from "../../src/parse/parser.js";
import { type PlannedStatement, plan } from "../../src/plan/plan.js";
import type { RelationSize } from "../../src/plan/sizes.js";
import { type Measurement, measuredRun } from "../../src/proof/measure.js";
import { prove } from "../../src/proof/prove.js";
import { segments } from "../../src/proof/run.js";
import { eachPostgres, endsOfServers, withTemporaryDatabase } from "../support/databases.js";
import { type HazardCase, hazardCases, hazardGroups } from "./cases.js";

const large: RelationSize = { rows: 12_000_000, bytes: 3 * 1024 ** 3, indexBytes: 100 * 1024 ** 2 };
const small: RelationSize = { rows: 10, bytes: 8192, indexBytes: 16384 };
const threshold = { rows: 100_000, bytes: 100 * 1024 ** 2 };

/** The schema of a case: all are planned at once. */
const schemaOf = (at: number) => `case_${at}`;
const inSchema = (text: string, at: number) => text.replaceAll(/\bapp\b/g, schemaOf(at));

/** What the statements of each case do, a transaction of their own for each; the database then holds what is wanted. */
async function measureEach(
  database: Database,
  groups: readonly (readonly PlannedStatement[])[],
): Promise<ReadonlyMap<Statement, Measurement>> {
  const all = new Map<Statement, Measurement>();
  for (const { statements } of groups.flatMap(segments)) {
    const measured = await database.transaction(() => measuredRun(database, statements, () => true));
    for (const [statement, measurement] of measured) all.set(statement, measurement);
  }
  return all;
}

const codesOf = (lists: readonly (readonly Hazard[])[]) => {
  const found = new Set(lists.flatMap((list) => list.map(({ code }) => code)));
  return allHazardCodes.filter((code) => found.has(code));
};

describe.each(endsOfServers)("hazards on %s", (postgres) => {
  it("are raised where they are, and not beside", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const { major } = database.version;
      const cases = hazardCases.filter(({ since = 0 }) => since <= major);
      const textOf = (state: "before" | "after") =>
        cases.map((one, at) => inSchema(one[state], at)).join("\n");
      const wanted = await database.trial(async () => {
        await database.script(`SET LOCAL check_function_bodies = off; ${textOf("after")}`);
        return introspectHere(database);
      });
      await database.transaction(() => database.script(textOf("before")));
      const current = await introspect(database);
      const context = {
        current,
        wanted,
        renames: [],
        major,
        address: (one: Identity) => address(one, wanted),
      };
      const statements = plan(current, wanted);
      for (const { sql } of preflightQueries(statements, context)) await database.query(sql);
      const groups = cases.map((_, at) =>
        statements.filter(({ about }) => new RegExp(`\\b${schemaOf(at)}\\b`).test(about)),
      );
      const measurements = await measureEach(database, groups);
      const parser = await openParser(major);
      const find = (size: RelationSize | undefined) =>
        findHazards({
          statements,
          context,
          direction: "up",
          measurements,
          failed: [],
          irreversible: new Map(),
          sizes: () => size,
          threshold,
          parser,
        }).hazards;
      const [whenLarge, whenUnknown, whenSmall] = [find(large), find(undefined), find(small)];
      for (const [at, one] of cases.entries()) {
        expectHazards(one, whenLarge, groups[at], one.raises);
        expectHazards(one, whenUnknown, groups[at], one.raises);
        expectHazards(one, whenSmall, groups[at], one.small ?? one.raises);
        const told = (groups[at] ?? []).flatMap((statement) => whenLarge.get(statement) ?? []);
        const text = told.map(({ what }) => what).join("\n");
        expect.soft(text, one.title).toContain(inSchema(one.tells ?? "", at));
      }
    });
  });
});

/** Of what a proof, a way back, a hand-written statement or quarantine raises, the tests of these tell. */
const elsewhere = ["IRREVERSIBLE", "BREAKS_NEW_CODE", "EXTENSION_UPGRADE", "STAYS_READABLE"];

it.each(allHazardCodes.filter((code) => !elsewhere.includes(code)))(
  "%s has a case that raises it, and one beside it that does not",
  (code) => {
    const isRaised = ({ raises }: HazardCase) => raises.includes(code);
    const groups = Object.values(hazardGroups).filter((group) => group.some(isRaised));
    expect(groups.some((group) => !group.every(isRaised))).toBe(true);
  },
);

describe.skipIf(eachPostgres.length === 0)("the proof", () => {
  it("tells what does not come back, and what sample rows make fail", async () => {
    await withTemporaryDatabase(eachPostgres[0] ?? "pglite", async (database, url) => {
      await withShadow({ choice: "auto", target: { database, url } }, async (shadow) => {
        const read = (text: string) =>
          shadow.database.trial(async () => {
            await shadow.database.script(text);
            return introspectHere(shadow.database);
          });
        const base = await introspect(shadow.database);
        // What is smaller in its new type does not come back; what is larger does.
        const current = await read(
          "CREATE TABLE s (id int PRIMARY KEY); CREATE TABLE t (n numeric, larger int)",
        );
        const wanted = await read(
          "CREATE TABLE s (id int PRIMARY KEY, u int UNIQUE DEFAULT 1); CREATE TABLE t (n int, larger numeric)",
        );
        const [up, down] = [plan(current, wanted), plan(wanted, current)];
        const proof = await prove(shadow, { base, before: current, after: wanted, up, down });
        expect(proof.checks).not.toContain("rows return");
        const { hazards } = findHazards({
          statements: up,
          context: {
            current,
            wanted,
            renames: [],
            major: current.major,
            address: (one: Identity) => address(one, wanted),
          },
          direction: "up",
          measurements: proof.up,
          failed: proof.mayFailOnData,
          irreversible: proof.irreversible,
          sizes: () => small,
          threshold,
          parser: await openParser(current.major),
        });
        const told = [...hazards.values()].flat().map(({ code, what }) => `${code} ${what}`);
        expect(told).toEqual([
          'MAY_FAIL_ON_DATA sample rows made it fail: could not create unique index "s_u_key"',
          "IRREVERSIBLE column public.t.n: 1.5 comes back as 2",
          "MAY_FAIL_ON_DATA public.t: rows whose n is no integer",
        ]);
      });
    });
  });
});

function expectHazards(
  { title }: HazardCase,
  hazards: ReadonlyMap<Statement, readonly Hazard[]>,
  group: readonly PlannedStatement[] = [],
  expected: readonly string[],
): void {
  const lists = group.map((statement) => hazards.get(statement) ?? []);
  expect.soft(codesOf(lists), title).toEqual(expected);
  for (const list of lists) {
    expect.soft(new Set(list.map(({ code }) => code)).size, `${title}: one of each code`).toBe(list.length);
  }
}
