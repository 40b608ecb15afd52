import { expect, test } from "vitest";
import { bringingBack } from "../../src/apply/bring-back.js";
import { type KeepingPlan, keepingPlan } from "../../src/archive/ways.js";
import type { Catalog } from "../../src/catalog/catalog.js";
import { DatabaseError } from "../../src/database/error.js";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { kindOf } from "../../src/kinds/index.js";
import { type PlannedStatement, plan } from "../../src/plan/plan.js";
import { buildPlan, type Site, withSite } from "../../src/proof/build.js";
import { describeChanges, isAboutData } from "../../src/proof/prove.js";
import { StatementError, segments } from "../../src/proof/run.js";
import { rowsOf, type Seeds, seed } from "../../src/proof/seed.js";
import { name, sql } from "../../src/sql/sql.js";
import { openShadow } from "../corpus/open-shadow.js";
import { roles } from "../property/names.js";
import { type Ground, twoStates } from "../property/round.js";
import { newestServer } from "../support/databases.js";
import { missingRoles } from "../support/roles.js";

/** `DM_SEED=… DM_ROUNDS=…` replay or go on. */
const first = Number(process.env.DM_SEED ?? 1);
const rounds = Number(process.env.DM_ROUNDS ?? 12);
const revision = "0123456789ab";

interface Outcome {
  readonly problems: readonly string[];
  /** Tables and columns whose rows were followed into quarantine and back. */
  readonly kept: number;
  /** Things whose rows came back when the way up ran again. */
  readonly again: number;
}

/** Every value that the plan does not say is lost. */
function promised({ up }: KeepingPlan): (id: string) => boolean {
  const gone = new Set<string>(
    up.flatMap(({ losesData, facts, action }) => [...losesData, ...(action === "drop" ? facts : [])]),
  );
  return (id) => !gone.has(id);
}

async function play(
  { shadow, base }: Ground,
  [a, b]: readonly [Catalog, Catalog],
  withRows: boolean,
): Promise<Outcome> {
  const ways = keepingPlan(plan, a, b, { revision });
  const commits = segments([...ways.up, ...ways.down]).length > 1;
  const problems: string[] = [];
  return withSite(shadow, { catalogs: [a, b], commits }, async (site) => {
    const check = async (leg: string, wanted: Catalog) => {
      const changes = diff(await site.read(), wanted);
      if (changes.length > 0) problems.push([leg, ...describeChanges(changes)].join("\n  "));
    };
    await site.run(buildPlan(shadow, base, a));
    const isPromised = promised(ways);
    const seeds = withRows ? await seeded(site, a) : { tables: [] };
    const before = await rowsOf(site.database, seeds, a, isPromised);
    const counts = await counted(site, ways);
    await site.run(ways.up);
    await check("up", b);
    await holdsRows(site, ways, counts, problems);
    const added = new Set<string>(ways.keptBack.flatMap(({ parts }) => parts.map(({ id }) => id)));
    const newSeeds: Seeds = withRows ? await seededOnly(site, b, added) : { tables: [] };
    const isAdded = (id: string) => added.has(id) && kindOf("column") !== undefined && !isGenerated(b, id);
    const written = await rowsOf(site.database, newSeeds, b, isAdded);
    await site.run(ways.down);
    await check("down", a);
    same("down", before, await rowsOf(site.database, seeds, a, isPromised), problems);
    if (!commits) {
      await runAgain(site, ways.up);
      await check("up again", b);
      same("up again", written, await rowsOf(site.database, newSeeds, b, isAdded), problems);
      await site.run(ways.down);
      await check("down again", a);
      same("down again", before, await rowsOf(site.database, seeds, a, isPromised), problems);
    }
    return { problems, kept: seeds.tables.length === 0 ? 0 : ways.kept.length, again: written.size };
  });
}

const isGenerated = (catalog: Catalog, id: string) =>
  [...catalog.ofKind("column")].some((column) => column.id === id && column.attributes.generated !== null);

function seeded(site: Site, catalog: Catalog): Promise<Seeds> {
  const work = () => seed(site.database, catalog);
  return site.commits ? site.database.transaction(work) : work();
}

/** Rows in new tables only: others have theirs. */
function seededOnly(site: Site, catalog: Catalog, added: ReadonlySet<string>): Promise<Seeds> {
  const work = () => seed(site.database, catalog, ({ id }) => added.has(id));
  return site.commits ? site.database.transaction(work) : work();
}

/** As dm apply does: what the way back has put away comes back. */
async function runAgain(site: Site, up: readonly PlannedStatement[]): Promise<void> {
  const step = {
    mode: "transaction",
    comments: [],
    sql: up.map(({ sql }) => `${sql.text};\n`).join(""),
  } as const;
  const { steps } = await bringingBack(site.database, revision, [step]);
  await site.database.script("SET LOCAL check_function_bodies = off");
  for (const { sql } of steps) await site.database.script(sql);
}

/** How many rows each kept table has itself; those of its partitions are theirs. */
async function counted(site: Site, { kept }: KeepingPlan): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { fact } of kept) {
    if (fact.identity.kind !== "table") continue;
    const { schema, name: own } = fact.identity;
    counts.set(fact.id, await countOf(site, sql`${name(schema, own)}`.text));
  }
  return counts;
}

async function countOf({ database }: Site, table: string): Promise<number> {
  const [row] = await database.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ONLY ${table}`);
  return row?.rows ?? -1;
}

/** Quarantine has as many rows as the tables had. */
async function holdsRows(
  site: Site,
  { kept }: KeepingPlan,
  counts: ReadonlyMap<string, number>,
  problems: string[],
): Promise<void> {
  for (const { fact } of kept) {
    const before = counts.get(fact.id);
    if (before === undefined) continue;
    const [row] = await site.database.query<{ place: string }>(
      `SELECT format('dm_archive.%I', what->'renames'->-1->>'to') AS place FROM dm.archive WHERE what->>'table' = $1 AND what->>'schema' = $2 AND what->>'kind' = 'table'`,
      [fact.identity.name ?? "", fact.identity.schema ?? ""],
    );
    const place = row?.place ?? "";
    const now = await countOf(site, place);
    if (now !== before) problems.push(`${fact.id}: ${now} rows in ${place}, not ${before}`);
  }
}

function same(
  leg: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  problems: string[],
) {
  for (const [table, rows] of before) {
    if (after.get(table) !== rows)
      problems.push(`${leg}: rows of ${table}\n  ${rows}\n  ${after.get(table)}`);
  }
}

function isAboutRows(error: unknown): boolean {
  const cause = error instanceof StatementError ? error.cause : error;
  return cause instanceof DatabaseError && isAboutData(cause);
}

const newest = newestServer();

test.skipIf(newest === undefined)(
  `what ${rounds} random edits drop is kept and comes back, seed ${first}`,
  async () => {
    const { shadow, base } = open();
    const failures: string[] = [];
    let [kept, again] = [0, 0];
    const load = (text: string) =>
      shadow.database.trial(async () => {
        await shadow.database.script(missingRoles(roles));
        await shadow.database.script(text);
        return introspectHere(shadow.database);
      });
    for (let number = first; number < first + rounds; number++) {
      const { major } = shadow.database.version;
      const { a, b: edit } = twoStates(number, major);
      // An edit drops little; another state altogether has next to nothing in common.
      const b = number % 2 === 0 ? edit : twoStates(number + 1_000_000, major).a;
      let states: readonly [Catalog, Catalog];
      try {
        states = [await load(a), await load(b)];
      } catch (error) {
        // The generator's affair: test/property tells of it.
        if (error instanceof DatabaseError) continue;
        throw error;
      }
      try {
        const outcome = await play({ shadow, base }, states, true).catch((error: unknown) => {
          if (isAboutRows(error)) return play({ shadow, base }, states, false);
          throw error;
        });
        kept += outcome.kept;
        again += outcome.again;
        failures.push(...outcome.problems.map((one) => `DM_SEED=${number} DM_ROUNDS=1: ${one}`));
      } catch (error) {
        failures.push(
          `DM_SEED=${number} DM_ROUNDS=1: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    console.log(`seed ${first}: ${kept} kept, rows of ${again} tables came again`);
    expect(failures).toEqual([]);
    if (rounds >= 20) expect([kept, again].every((one) => one > 5)).toBe(true);
  },
  1_800_000,
);

const open = openShadow(newest?.major ?? "pglite");
