import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import { DatabaseError } from "../database/error.js";
import { diff } from "../diff/diff.js";
import { DmError } from "../error.js";
import { writtenHazards } from "../hazards/written.js";
import type { Site } from "../proof/build.js";
import { describeChanges, isAboutData } from "../proof/prove.js";
import { StatementError } from "../proof/run.js";
import { rowsOf, seed } from "../proof/seed.js";
import { lostValues } from "../proof/values.js";
import type { RevisionFile } from "../revision/directory.js";
import { statementsOf } from "./replay.js";
import { settles } from "./settle.js";
import type { Workbench } from "./workbench.js";

/** What held of a revision. */
export interface Tried {
  readonly after: Catalog;
  /** `up`, `down`, `up again`, `rows return`, `backfills settle`. */
  readonly checks: readonly string[];
}

/**
 * Runs a revision up, down and up again where the ones before it have run, on sample rows where it is transactional.
 * The site is left as the revision leaves it.
 * @param before the site as it is.
 * @throws DmError DM3401 when down does not return, DM3402 when a step fails on the way up, DM3406
 * on the way down or up again, DM3403 when a backfill does not settle,
 * DM3405 when rows do not return. What is transactional has then left no trace.
 */
export async function tryRevision(
  bench: Workbench,
  site: Site,
  file: RevisionFile,
  before: Catalog,
): Promise<Tried> {
  if (!isTransactional(bench, file)) return roundTrip(bench, site, file, before, false);
  const tried = await onRows((hasRows) =>
    site.trial((scratch) => roundTrip(bench, scratch, file, before, hasRows)),
  );
  await half(bench, site, file, "up");
  return tried;
}

/** The codes of {@link tryRevision} that are about the way back alone. */
export const wayBackCodes: readonly string[] = ["DM3401", "DM3405", "DM3406"];

/** Whether all its steps can share a transaction, which can be rolled back. */
export function isTransactional(bench: Workbench, { revision }: RevisionFile): boolean {
  return statementsOf([...revision.up, ...revision.down], bench).every(({ commit }) => commit === undefined);
}

/** Rows that are none of the statements' kind prove nothing; without them the statements must run. */
async function onRows<T>(work: (hasRows: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(true);
  } catch (error) {
    if (error instanceof DmError && error.cause instanceof DatabaseError && isAboutData(error.cause)) {
      return work(false);
    }
    throw error;
  }
}

async function roundTrip(
  bench: Workbench,
  site: Site,
  file: RevisionFile,
  before: Catalog,
  hasRows: boolean,
): Promise<Tried> {
  const { revision, path } = file;
  const isOneWay = revision.irreversible !== undefined;
  const rows = hasRows && !isOneWay ? await seedTouched(site, file, before) : new Map<FactId, string>();
  const isSettled = await half(bench, site, file, "up");
  const after = await site.read();
  const settled = isSettled ? ["backfills settle"] : [];
  if (isOneWay) return { after, checks: ["up", ...settled] };
  const isLossDeclared = declaresLoss(bench, file);
  const tables = before.ofKind("table").filter(({ id }) => rows.has(id));
  const reference = isLossDeclared
    ? await rowsOf(site.database, { tables: tables.filter(({ id }) => after.has(id)) }, after, (id) =>
        before.has(id),
      )
    : rows;
  await half(bench, site, file, "down");
  const left = diff(await site.read(), before);
  if (left.length > 0) {
    throw new DmError("DM3401", "the way down does not return to the state before", {
      at: path,
      details: describeChanges(left),
      next: ["mend the steps below -- dm:down"],
    });
  }
  const returned = await rowsOf(site.database, { tables }, before, () => true);
  const lost = lostValues(reference, returned, before, { onlyCount: isLossDeclared });
  if (lost.length > 0) {
    throw new DmError("DM3405", "rows do not come back on the way down", {
      at: path,
      details: lost,
      next: [
        "mend the steps: what up changes, down restores",
        "or say that it loses data, which then waits for approval: hazards: [DATA_LOSS] in the header",
        "or that there is no way back: irreversible: REASON",
      ],
    });
  }
  await half(bench, site, file, "up", "up again");
  const kept = rows.size > 0 && !isLossDeclared ? ["rows return"] : [];
  return { after, checks: ["up", "down", "up again", ...kept, ...settled] };
}

function declaresLoss({ parser }: Workbench, { revision }: RevisionFile): boolean {
  const codes: readonly string[] = [
    ...(revision.hazards ?? []),
    ...(revision.kind === "written" ? writtenHazards(revision.up, parser) : []),
  ];
  return codes.includes("DATA_LOSS") || codes.includes("IRREVERSIBLE");
}

/** Puts rows into the tables that the revision names and into those that refer to them, and tells them. */
async function seedTouched(
  site: Site,
  { revision }: RevisionFile,
  before: Catalog,
): Promise<ReadonlyMap<FactId, string>> {
  const text = [...revision.up, ...revision.down].map(({ sql }) => sql).join("\n");
  const named = before.ofKind("table").filter(({ identity }) => text.includes(identity.name ?? ""));
  const touched = withReferring(before, new Set(named.map(({ id }) => id)));
  if (touched.size === 0) return new Map();
  const seeds = await seed(site.database, before, ({ id }) => touched.has(id));
  return rowsOf(site.database, seeds, before, () => true);
}

/** A row that goes may take along those that refer to it. */
function withReferring(catalog: Catalog, tables: ReadonlySet<FactId>): ReadonlySet<FactId> {
  const found = new Set(tables);
  const tableOf = (id: FactId): FactId => {
    const fact = catalog.get(id);
    return fact?.parent === undefined || fact.identity.kind === "table" ? id : tableOf(fact.parent);
  };
  const links = catalog
    .ofKind("constraint")
    .flatMap(({ id }) => catalog.dependencies(id).map(({ to }) => [tableOf(id), tableOf(to)] as const));
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const [from, to] of links) if (found.has(to)) found.add(from);
  }
  return found;
}

/**
 * Runs one half; a backfill first on sample rows.
 * @returns whether it has backfills and each of them had a sample row to change.
 */
export async function half(
  bench: Workbench,
  site: Site,
  file: RevisionFile,
  which: "up" | "down",
  called: string = which,
): Promise<boolean> {
  const steps = file.revision[which];
  const settled: boolean[] = [];
  let begin = 0;
  try {
    for (const [at, step] of steps.entries()) {
      if (step.mode !== "backfill") continue;
      await site.run(statementsOf(steps.slice(begin, at), bench));
      settled.push(await settles(site.database, step, file.steps[which][at] ?? file.path));
      begin = at;
    }
    await site.run(statementsOf(steps.slice(begin), bench));
  } catch (error) {
    throw failed(error, file, which, called);
  }
  return settled.length > 0 && settled.every((one) => one);
}

function failed(error: unknown, file: RevisionFile, which: "up" | "down", called: string): unknown {
  const { revision, path, steps } = file;
  const cause = error instanceof StatementError ? error.cause : error;
  if (!(cause instanceof DatabaseError)) return error;
  const sql = error instanceof StatementError ? error.statement.sql.text : undefined;
  const step = sql === undefined ? -1 : revision[which].findIndex((one) => one.sql.includes(sql));
  const code = called === "up" ? "DM3402" : "DM3406";
  return new DmError(code, `${revision.id} fails on its way ${called}: ${cause.message}`, {
    at: steps[which][step] ?? path,
    details: cause.details,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    next: [`mend the steps below -- dm:${which}`],
    cause,
  });
}
