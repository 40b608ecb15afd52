import { existsSync } from "node:fs";
import { connect } from "../../database/connect.js";
import { openPglite } from "../../database/pglite.js";
import type { Change } from "../../diff/diff.js";
import { DmError } from "../../error.js";
import { graphOf, type Survey, surveyRevisions } from "../../revision/directory.js";
import { ancestors, inOrder } from "../../revision/lineage.js";
import type { Revision } from "../../revision/revision.js";
import { checksum, sumOf } from "../../revision/sum.js";
import { type Chain, pathTo, readChain } from "../chain.js";
import type { Project } from "../config.js";
import { chainFor } from "../replaced.js";
import { withRevisionLock } from "../revision-lock.js";
import { standingOf } from "../standing.js";
import { type Progress, silent } from "../target.js";
import { type Workbench, withShadowFor } from "../workbench.js";
import { proveWritten } from "../written.js";
import { type Base, checkHistory, findBase } from "./base.js";
import { runChain } from "./chain.js";
import { checkDesired } from "./desired.js";
import { asKept, checkFiles } from "./files.js";
import { type CheckName, type CheckOutcome, type Finding, findingOf } from "./finding.js";
import { checkHeads } from "./heads.js";
import { keptFiles, surveyReplaced } from "./kept.js";
import { checkLint } from "./lint.js";
import { rememberedOf } from "./remembered.js";

export interface CheckRequest {
  /** What the revision files are compared with: a branch or commit; what CI names unless given, nothing for false. */
  readonly base?: string | false;
  /** Runs every revision one by one, whatever is known of it. */
  readonly all?: boolean;
  /** Whether the changes of new revisions are asked for. */
  readonly tells?: boolean;
  /** Whether to lint too; yes unless said otherwise. */
  readonly lint?: boolean;
  /** The variables of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly progress?: Progress;
}

/** A revision that the base does not have or, without one, the database. */
export interface NewRevision {
  readonly revision: Revision;
  readonly file: string;
  /** Absent where it was not run by itself. */
  readonly changes?: readonly Change[];
}

export interface CheckResult {
  readonly findings: readonly Finding[];
  readonly outcomes: readonly CheckOutcome[];
  readonly base?: Pick<Base, "name" | "commit">;
  readonly news: readonly NewRevision[];
}

/**
 * Checks a project as CI does: its files, their history, the graph, the chain in a shadow, the desired state. Changes
 * nothing. The environment's database is asked for its version, its journal and what is not managed; an embedded one
 * that is not there yet is not made.
 */
export async function check(project: Project, request: CheckRequest = {}): Promise<CheckResult> {
  const survey = await surveyRevisions(project.revisions);
  const { base: asked, env = process.env } = request;
  const base = asked === false ? undefined : await findBase(project, asked, env);
  return withCheckBench(project, request.progress ?? silent, (bench) =>
    checkOn(bench, survey, base, request),
  );
}

/**
 * Proves revisions that were edited or added by hand and are not applied, and writes that into them and dm.sum.
 * @returns the names of the files.
 * @throws DmError DM4104 (exit 3) when one of them was applied.
 */
export function acceptEdits(project: Project, progress: Progress = silent): Promise<readonly string[]> {
  return withRevisionLock(project, () =>
    withCheckBench(project, progress, async (bench) => {
      const { proven } = await proveWritten(bench, await readChain(project), false, true);
      return proven;
    }),
  );
}

async function withCheckBench<T>(
  project: Project,
  progress: Progress,
  work: (bench: Workbench) => Promise<T>,
): Promise<T> {
  const { database } = project.environment;
  progress("connecting");
  const directory = /^pglite:(.+)$/.exec(database)?.[1];
  const isAbsent = directory !== undefined && !existsSync(directory);
  const target = isAbsent ? await openPglite() : await connect(database);
  try {
    return await withShadowFor(project, target, progress, work);
  } finally {
    await target.close();
  }
}

/** The same on a workbench that is open, for files that were read. */
export async function checkOn(
  bench: Workbench,
  survey: Survey,
  base: Base | undefined,
  request: Pick<CheckRequest, "all" | "tells" | "lint"> = {},
): Promise<CheckResult> {
  const report = new Report();
  const { project } = bench;
  const old = await surveyReplaced(survey);
  const chain = readableChain(survey, old, report);
  const applied = chain === undefined ? undefined : await appliedOf(bench, chain, report);
  await report.run("files", `${survey.texts.length} files and dm.sum`, async () => [
    ...checkFiles(survey),
    ...(old === undefined ? [] : asKept(old)),
  ]);
  if (base === undefined) report.skip("history", "no base to compare with: --base REF");
  else {
    await report.run("history", `${base.files.length} files of ${base.name}`, async () =>
      checkHistory(project, base, survey, await keptFiles(survey)),
    );
  }
  let path: readonly string[] = [];
  let isWhole = false;
  if (chain === undefined) report.fail("graph", "the revision files make no chain");
  else {
    await report.run("graph", `${chain.graph.nodes.size} revisions`, async () => {
      const heads = await checkHeads(bench, chain, base);
      isWhole = chain.graph.heads.length < 2 || heads.commute;
      path = isWhole ? pathTo(chain, chain.graph.heads) : firstLine(chain);
      return heads.findings;
    });
  }
  const isNew = newness(survey, base, applied);
  let run: Awaited<ReturnType<typeof runChain>> | undefined;
  if (chain === undefined) report.skip("chain", "the revision files cannot be read as a chain");
  else {
    await report.run("chain", `${path.length} revisions up, down and up again`, async () => {
      const remembered = await rememberedOf(bench, chain, path);
      const isKnown = (id: string) => remembered.has(id) || (base !== undefined && !isNew(id));
      const isAsked = (id: string) => request.all === true || (request.tells === true && isNew(id));
      run = await runChain(bench, chain, path, {
        alone: (id) => isAsked(id) || !isKnown(id),
        whole: request.all === true || !remembered.hasWhole,
      });
      const wrong = new Set(run.findings.map(({ revision }) => revision));
      for (const id of run.stepped.keys()) if (!wrong.has(id)) await remembered.add(id);
      if (run.findings.length === 0) await remembered.addWhole();
      return run.findings;
    });
  }
  const head = isWhole ? run?.head : undefined;
  await report.run(
    "desired",
    head === undefined ? "the schema files load" : "the chain builds what the schema files say",
    () => checkDesired(bench, head),
  );
  if (request.lint !== false) {
    if (run?.head === undefined) report.skip("lint", "the chain does not run");
    else {
      const fresh = survey.files.filter(({ revision }) => isNew(revision.id)).map(({ path: file }) => file);
      await report.run("lint", `${fresh.length} new revisions and the schema files`, () =>
        checkLint(bench, [...fresh, project.schema]),
      );
    }
  }
  const news = survey.files
    .filter(({ revision }) => isNew(revision.id))
    .map(({ revision, path: file }): NewRevision => {
      const changes = run?.stepped.get(revision.id);
      return { revision, file, ...(changes === undefined ? {} : { changes }) };
    });
  return {
    ...report.told(),
    ...(base === undefined ? {} : { base: { name: base.name, commit: base.commit } }),
    news,
  };
}

/** Findings and outcomes, as they come. */
class Report {
  readonly #findings: Finding[] = [];
  readonly #outcomes: CheckOutcome[] = [];

  add(...findings: readonly Finding[]): void {
    this.#findings.push(...findings);
  }

  async run(check: CheckName, what: string, work: () => Promise<readonly Finding[]>): Promise<void> {
    const began = performance.now();
    this.add(...(await work()));
    const isFailed = this.#findings.some((one) => one.check === check && one.level === "error");
    const milliseconds = Math.round(performance.now() - began);
    this.#outcomes.push({ check, state: isFailed ? "failed" : "passed", what, milliseconds });
  }

  /** A check that has failed already, or cannot be made because an earlier one failed. */
  fail(check: CheckName, what: string): void {
    const isFailed = this.#findings.some((one) => one.check === check);
    this.#outcomes.push({ check, state: isFailed ? "failed" : "skipped", what, milliseconds: 0 });
  }

  skip(check: CheckName, what: string): void {
    this.#outcomes.push({ check, state: "skipped", what, milliseconds: 0 });
  }

  told(): Pick<CheckResult, "findings" | "outcomes"> {
    return { findings: this.#findings, outcomes: this.#outcomes };
  }
}

function readableChain(survey: Survey, old: Survey | undefined, report: Report): Chain | undefined {
  // What cannot be read as a revision is missing in the graph; dm.sum is not needed for it.
  if (survey.files.length < survey.texts.length || survey.problems.some(({ code }) => code === "DM4012")) {
    return undefined;
  }
  try {
    return { set: survey, graph: graphOf(survey), ...(old && { old }) };
  } catch (error) {
    report.add(findingOf("graph", error));
    return undefined;
  }
}

/** The revisions that the environment's database has; it must have had the files as they are. */
async function appliedOf(
  bench: Workbench,
  chain: Chain,
  report: Report,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const { applied } = await standingOf(await chainFor(chain, bench.target), bench.target);
    return new Set(applied.map(({ id }) => id));
  } catch (error) {
    if (!(error instanceof DmError) || !["DM4102", "DM4104", "DM4131"].includes(error.code)) throw error;
    report.add(findingOf("files", error));
    return undefined;
  }
}

function firstLine({ graph }: Chain): readonly string[] {
  return inOrder(graph, ancestors(graph, graph.heads.slice(0, 1)));
}

function newness(
  survey: Survey,
  base: Base | undefined,
  applied: ReadonlySet<string> | undefined,
): (id: string) => boolean {
  if (base === undefined) return (id) => applied?.has(id) !== true;
  const known = sumOf(base.files).checksums;
  const old = survey.files.filter(({ name, text }) => known.get(name) === checksum(text));
  const ids = new Set(old.map(({ revision }) => revision.id));
  return (id) => !ids.has(id);
}
