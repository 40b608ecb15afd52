import type { Catalog } from "../catalog/catalog.js";
import { DatabaseError } from "../database/error.js";
import { sharedPartOf } from "../desired/shared.js";
import { DmError } from "../error.js";
import { workHazards } from "../hazards/work.js";
import type { Statement } from "../kinds/define.js";
import { ignoresIn } from "../lint/ignore.js";
import { findingOf, lintChange, lintForm, rulesOn, withIgnores } from "../lint/lint.js";
import { type RevisionText, revisionText } from "../lint/revision-text.js";
import type { ChangeContext, Finding, Standing, Written } from "../lint/rule.js";
import { StandingRelations } from "../lint/standing.js";
import { sharedBy } from "../manage/managed.js";
import { isLarge } from "../plan/sizes.js";
import type { Site } from "../proof/build.js";
import { type Measurement, measuredAlone, measuredRun } from "../proof/measure.js";
import { StatementError } from "../proof/run.js";
import type { RevisionFile } from "../revision/directory.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import { name, raw } from "../sql/sql.js";
import { type Chain, fileOf } from "./chain.js";
import { statementsOf, withReplay } from "./replay.js";
import { type KnownSizes, loadSizes } from "./sizes.js";
import type { Workbench } from "./workbench.js";

/** What judging needs of a workbench. */
export interface Bench extends Pick<Workbench, "parser"> {
  readonly project: Pick<Workbench["project"], "lint" | "online" | "manage">;
  readonly shadow: Pick<Workbench["shadow"], "description">;
}

export interface Judged {
  readonly file: RevisionFile;
  /** Nothing when it is not SQL. */
  readonly text?: RevisionText;
  readonly findings: Finding[];
  /** Whether its statements were run and judged. */
  hasRun: boolean;
}

/**
 * What is risky or broken in revisions. What `dm plan` wrote was measured when it was planned, and its header says what
 * waits for approval: of it only the form is looked at. What a person wrote is run in a shadow, on what the chain builds
 * before it, and measured there.
 */
export async function lintRevisions(
  bench: Workbench,
  chain: Chain,
  files: readonly RevisionFile[],
): Promise<Finding[]> {
  const { lint: settings } = bench.project;
  const judged = files.map((file) => judgedForm(bench, file));
  await runWritten(bench, chain, judged);
  return judged.flatMap(({ text, findings, hasRun }) => {
    if (text === undefined) return findings;
    const ran = rulesOn(settings, "form", ...(hasRun ? (["change"] as const) : []));
    return withIgnores(findings, ignoresIn(text.parsed.source, text.parsed.statements), ran, settings);
  });
}

/** What the text of a revision tells. */
export function judgedForm({ parser, project: { lint: settings } }: Bench, file: RevisionFile): Judged {
  try {
    const text = revisionText(file, parser);
    const findings = [text.up, text.down].flatMap((half) =>
      half.flatMap((written) => lintForm({ written, half, settings })),
    );
    return { file, text, findings, hasRun: false };
  } catch (error) {
    if (!(error instanceof DmError) || error.at === undefined || typeof error.at === "string") throw error;
    const { message, next, at } = error;
    return { file, findings: findingOf("does-not-run", { message, next }, at, settings), hasRun: false };
  }
}

/** Ends the run: what comes later stands on what did not run. */
export class DoesNotRun extends Error {}

async function runWritten(bench: Workbench, chain: Chain, judged: readonly Judged[]): Promise<void> {
  const written = judged.filter(({ file }) => file.revision.kind === "written");
  if (written.length === 0) return;
  const known = await loadSizes(bench);
  const ids = inOrder(
    chain.graph,
    ancestors(
      chain.graph,
      written.map(({ file }) => file.revision.id),
    ),
  );
  const judgedOf = (id: string) => written.find(({ file }) => file.revision.id === id);
  const first = ids.findIndex((id) => judgedOf(id) !== undefined);
  const revisions = ids.map((id) => fileOf(chain, id).revision);
  const steps = revisions.slice(first).flatMap(({ up, down }) => [...up, ...down]);
  const work = async (site: Site) => {
    for (const revision of revisions.slice(first)) {
      const one = judgedOf(revision.id);
      bench.progress(`linting ${revision.id}`);
      if (one === undefined) await site.run(statementsOf(revision.up, bench));
      else await runOne({ bench, site, known }, one);
    }
  };
  try {
    await withReplay(bench, revisions.slice(0, first), work, steps, true);
  } catch (error) {
    if (!(error instanceof DoesNotRun)) throw error;
  }
}

interface Place {
  readonly bench: Bench;
  readonly site: Omit<Site, "trial">;
  readonly known: KnownSizes;
}

/** Up, down, and up again for those that follow. */
async function runOne(place: Place & { readonly bench: Workbench }, judged: Judged): Promise<void> {
  const { bench, site } = place;
  const { text, file, findings } = judged;
  // What ends a transaction would end the shadow's.
  if (text === undefined || findings.some(({ code }) => code === "transaction-statement"))
    throw new DoesNotRun();
  const { revision } = file;
  await runHalf(place, judged, text.up, await site.read());
  if (text.down.length > 0 && revision.irreversible === undefined) {
    await runHalf(place, judged, text.down, await site.read());
    await site.run(statementsOf(revision.up, bench));
  }
  judged.hasRun = true;
}

/** Runs one half of a revision, statement by statement, and judges each by what it did. */
export async function runHalf(
  { bench, site, known }: Place,
  { file, findings }: Judged,
  half: readonly Written[],
  before: Catalog,
): Promise<void> {
  const { project } = bench;
  const relations = new StandingRelations(before);
  const context = (written: Written, measurement: Measurement | undefined): ChangeContext => ({
    written,
    half,
    before,
    settings: project.lint,
    schema: relations.schema,
    standing: (path) => relations.find(path),
    isLarge: (relation) => isLarge(known.sizes(tableOf(relation, before)), project.online),
    work:
      measurement === undefined
        ? []
        : workHazards(measurement, {
            sizes: (relation) => known.sizes(relations.at(relation)?.relation ?? relation),
            threshold: project.online,
            exists: (relation) => relations.at(relation) !== undefined,
          }).hazards,
  });
  const judge = (written: Written, measurement?: Measurement) => {
    const found = lintChange(context(written, measurement), file.revision.hazards ?? []);
    findings.push(...found);
    return found;
  };
  const run = async (written: Written, measured: () => Promise<Measurement | undefined>) => {
    try {
      judge(written, await measured());
      relations.pass(written.statement);
    } catch (error) {
      const cause = error instanceof StatementError ? error.cause : error;
      if (!(cause instanceof DatabaseError)) throw error;
      const found = judge(written);
      const isSaid = [...found, ...findings].some(
        ({ severity, at }) => severity === "error" && isWithin(at.line, written),
      );
      if (!isSaid) findings.push(...broken(cause, written, bench));
      throw new DoesNotRun();
    }
  };
  for (const group of transactions(half)) {
    const [one] = group;
    if (one?.mode === "autocommit" || one?.mode === "backfill") {
      const statement = statementOf(one, bench);
      await run(one, () => measuredAlone(site.database, () => site.run([{ ...statement, commit: "alone" }])));
      continue;
    }
    await site.database.transaction(async () => {
      for (const written of group) {
        const statement = statementOf(written, bench);
        await run(written, async () => {
          const measurements = await measuredRun(site.database, await site.runApart([statement]), () => true);
          return measurements.get(statement);
        });
      }
    });
  }
}

function transactions(half: readonly Written[]): Written[][] {
  const groups = new Map<number, Written[]>();
  for (const one of half) groups.set(one.transaction, [...(groups.get(one.transaction) ?? []), one]);
  return [...groups.values()];
}

function statementOf({ statement }: Written, { project }: Bench): Statement {
  const isShared = sharedBy(project.manage).length > 0 && sharedPartOf(statement) !== undefined;
  return { sql: raw(statement.text), ...(isShared ? { isShared } : {}) };
}

/** An index is as large as its table. */
function tableOf({ id, relation }: Standing, before: Catalog): string {
  const fact = before.whole.get(id);
  const isPart = fact?.identity.kind === "index" || fact?.identity.kind === "constraint";
  const table = isPart ? before.whole.get(fact?.parent) : undefined;
  return table === undefined ? relation : name(table.identity.schema, table.identity.name).text;
}

function isWithin(line: number, { statement: { at, end, source } }: Written): boolean {
  return at.line <= line && line <= source.locate(end).line;
}

function broken({ report }: DatabaseError, { statement }: Written, { project, shadow }: Bench): Finding[] {
  const { start, source } = statement;
  const at = source.locate(start + Math.max((report.position ?? 1) - 1, 0));
  const next = [
    ...(report.hint === undefined ? [] : [report.hint]),
    `it was tried on ${shadow.description}, on what the revisions before it build`,
  ];
  return findingOf("does-not-run", { message: report.message, next }, at, project.lint);
}
