import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import { DmError } from "../error.js";
import type { Statement } from "../kinds/define.js";
import { managed } from "../manage/managed.js";
import type { Site } from "../proof/build.js";
import { waysParentsFirst } from "../proof/lock-order.js";
import { StatementError } from "../proof/run.js";
import { rowsOf, seed } from "../proof/seed.js";
import type { RevisionFile } from "../revision/directory.js";
import type { Revision, Step } from "../revision/revision.js";
import { planAmid } from "./amid.js";
import { examine } from "./examine.js";
import { hazardHeader } from "./hazards.js";
import { expectedAfter } from "./planned-revisions.js";
import { statementsOf, withReplay } from "./replay.js";
import { loadSizes } from "./sizes.js";
import { markOf, scopePart } from "./state.js";
import { stepsOf } from "./steps.js";
import type { Workbench } from "./workbench.js";
import { proveOn } from "./written.js";

/** Revisions in order, and those that they stand on. */
export interface Range {
  readonly before: readonly Revision[];
  readonly files: readonly RevisionFile[];
}

type Steps = Omit<Revision, "id" | "parents" | "message" | "created">;

/**
 * One revision equal to all of them: planned between the two states, where that keeps the same rows as the range does;
 * else with their steps, one after the other. What people wrote is never planned anew.
 */
export async function oneForAll(
  bench: Workbench,
  range: Range,
): Promise<{ readonly revision: Steps; readonly isPlanned: boolean }> {
  const steps = range.files.flatMap(({ revision }) => revision.up);
  const ends = await endsOf(bench, range);
  const isWritten = range.files.some(({ revision }) => revision.kind === "written" || revision.irreversible);
  if (!isWritten && !steps.some(({ mode }) => mode === "backfill")) {
    const revision = await planned(bench, range, ends);
    if (revision !== undefined) return { revision, isPlanned: true };
  }
  return { revision: await concatenated(bench, range, ends), isPlanned: false };
}

interface Ends {
  readonly start: Catalog;
  readonly end: Catalog;
}

function endsOf(bench: Workbench, { before, files }: Range): Promise<Ends> {
  bench.progress("running the range");
  const work = async (site: Site) => {
    const start = await site.read();
    for (const { revision } of files) await site.run(statementsOf(revision.up, bench));
    return { start, end: await site.read() };
  };
  return withReplay(
    bench,
    before,
    work,
    files.flatMap(({ revision: { up, down } }) => [...up, ...down]),
  );
}

/** Nothing where rows come out otherwise than by the range. */
async function planned(bench: Workbench, range: Range, { start, end }: Ends): Promise<Steps | undefined> {
  const [before, wanted] = [await bench.normalize(start), await bench.normalize(end)];
  const there = managed(await bench.whatIsThere(), wanted.scope);
  const among = planAmid(bench, there);
  const [up, down] = [among(before, wanted), among(wanted, before)];
  if (!(await keepsRows(bench, range, end, up))) return undefined;
  const request = {
    before,
    current: before,
    wanted,
    renames: [],
    up,
    down,
    there,
    sizes: await loadSizes(bench),
  };
  const first = await examine(bench, request);
  const inOrder = waysParentsFirst(request, first.proof);
  const ways = inOrder ?? request;
  const { proof, sizes, hazards, downHazards, preflights } =
    inOrder === undefined ? first : await examine(bench, inOrder);
  const checks = [...proof.checks, "equal to the range"];
  return {
    kind: "planned",
    from: markOf(start),
    to: markOf(expectedAfter(start, before, wanted, up)),
    ...scopePart(end),
    proven: { at: new Date().toISOString(), server: bench.shadow.description, checks },
    ...hazardHeader(hazards),
    ...preflights,
    up: stepsOf(ways.up, proof.up, hazards.hazards, sizes.sizes),
    down: stepsOf(ways.down, proof.down, downHazards.hazards, sizes.sizes),
  };
}

/** Whether sample rows come out of the plan as they come out of the range. */
async function keepsRows(
  bench: Workbench,
  range: Range,
  end: Catalog,
  up: readonly Statement[],
): Promise<boolean> {
  const statements = range.files.flatMap(({ revision }) => statementsOf(revision.up, bench));
  const steps = range.files.flatMap(({ revision }) => [...revision.up, ...revision.down]);
  const rowsAfter = (list: readonly Statement[]) =>
    withReplay(
      bench,
      range.before,
      async (site) => {
        const catalog = await site.read();
        const work = () => seed(site.database, catalog);
        await (site.commits ? site.database.transaction(work) : work());
        await site.run(list);
        return rowsOf(site.database, { tables: end.ofKind("table") }, end, () => true);
      },
      steps,
    );
  try {
    return sameRows(await rowsAfter(statements), await rowsAfter(up));
  } catch (error) {
    // Sample rows that a statement cannot work with prove nothing.
    if (error instanceof StatementError) return false;
    throw error;
  }
}

function sameRows(one: ReadonlyMap<FactId, string>, other: ReadonlyMap<FactId, string>): boolean {
  return [...one].every(([table, rows]) => other.get(table) === rows);
}

async function concatenated(bench: Workbench, range: Range, { start, end }: Ends): Promise<Steps> {
  const revisions = range.files.map(({ revision }) => revision);
  const [first, last] = [revisions[0], revisions.at(-1)];
  const hazards = [...new Set(revisions.flatMap((one) => one.hazards ?? []))];
  const ifLarge = Object.assign({}, ...revisions.map((one) => one.ifLarge ?? {}));
  const reasons = revisions.flatMap(({ irreversible }) => irreversible ?? []);
  const preflights = { up: first?.preflights?.up ?? [], down: last?.preflights?.down ?? [] };
  const raw: Revision = {
    id: "000000000000",
    parents: [],
    message: "",
    created: new Date().toISOString(),
    kind: revisions.every(({ kind }) => kind === "planned") ? "planned" : "written",
    ...(hazards.length === 0 ? {} : { hazards }),
    ...(Object.keys(ifLarge).length === 0 ? {} : { ifLarge }),
    ...(reasons.length === 0 ? {} : { irreversible: reasons.join("; ") }),
    ...(preflights.up.length + preflights.down.length === 0 ? {} : { preflights }),
    up: joined(revisions.map(({ up }) => up)),
    down: reasons.length > 0 ? [] : joined(revisions.toReversed().map(({ down }) => down)),
  };
  const [file] = range.files;
  if (file === undefined) throw new Error("a range has revisions");
  const proven = await proveOn(bench, range.before, {
    ...file,
    revision: raw,
    path: "the squashed revision",
    steps: { up: [], down: [] },
  });
  if (proven.to?.fingerprint !== end.fingerprint || proven.from?.fingerprint !== start.fingerprint) {
    throw new DmError("DM4134", "one after the other, the steps do not lead where the range leads", {
      next: ["this is a defect of dm: nothing was written"],
    });
  }
  const checks = [...(proven.proven?.checks ?? []), "equal to the range"];
  const { id: _, parents: __, message: ___, created: ____, ...rest } = proven;
  return { ...rest, ...(proven.proven && { proven: { ...proven.proven, checks } }) };
}

/** The steps of one after those of the other; what one revision committed by itself is committed here too. */
function joined(parts: readonly (readonly Step[])[]): Step[] {
  return parts
    .filter((steps) => steps.length > 0)
    .flatMap((steps, at) =>
      steps.map((step, index) =>
        at > 0 && index === 0 && step.mode === "transaction" ? { ...step, mode: "commit" as const } : step,
      ),
    );
}
