import type { Unmodelled } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import type { LeftOut } from "../catalog/scope.js";
import type { Change } from "../diff/diff.js";
import { blocks } from "../hazards/codes.js";
import { hazardsIn } from "../hazards/lines.js";
import type { Revision } from "../revision/revision.js";
import {
  changeJson,
  type JsonObject,
  leftOutJson,
  renameJson,
  revisionJson,
  unmodelledJson,
} from "./json.js";
import { leftAloneText } from "./left-alone.js";
import type { States } from "./outline.js";
import { type Paint, plain } from "./paint.js";
import { stepsScript } from "./sql.js";
import { summary, tree } from "./tree.js";
import { count, harmless } from "./words.js";

/** What a plan found, and what it wrote. */
export interface PlanReport extends States {
  readonly changes: readonly Change[];
  readonly renames: readonly { readonly from: Identity; readonly to: Identity }[];
  readonly unmodelled: readonly Unmodelled[];
  readonly leftOut?: readonly LeftOut[];
  /** One, or one for each phase; none when there is nothing to do. */
  readonly revisions: readonly Revision[];
  /** None when nothing was written. */
  readonly files: readonly string[];
  /** Hand-written revisions that were proven by the way. */
  readonly provenRevisions: readonly string[];
  /** Where the sizes of tables are from. */
  readonly sizes?: string | undefined;
  readonly notes?: readonly string[];
}

/** A plan for a terminal: the changes as a tree, then the file; the SQL where no file holds it. */
export function planText(plan: PlanReport, paint: Paint = plain): string {
  const { changes, renames, revisions, files, provenRevisions } = plan;
  const renamed = renames.map(({ from, to }) =>
    paint.yellow(`~ ${harmless(factId(from))}  renamed to ${harmless(factId(to))}`),
  );
  return [
    ...provenRevisions.map((name) => `proven   ${name}`),
    renamed.join("\n"),
    tree(changes, plan, paint),
    revisions.length === 0 ? "nothing to do: the database is as the schema files say" : total(plan),
    ...revisions.map((revision) => hazardText(revision, paint)),
    (plan.notes ?? []).map((note) => `note: ${harmless(note)}`).join("\n"),
    ...(files.length === 0 ? revisions.map(script) : []),
    leftAloneText(plan, paint),
    ...(files.length === 0 ? [] : [writtenText(plan, paint)]),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function script({ phase, up }: Revision): string {
  const steps = stepsScript(up).trimEnd();
  return phase === undefined ? steps : `-- phase ${phase}\n\n${steps}`;
}

function writtenText({ revisions, files }: PlanReport, paint: Paint): string {
  const lines = files.map((file, at) => {
    const phase = revisions[at]?.phase;
    return `${paint.green("written")}  ${file}${phase === undefined ? "" : paint.dim(`  ${phase}`)}`;
  });
  const isLeft = revisions.some(({ phase }) => phase === "cleanup");
  const later = isLeft
    ? ["later    dm apply --cleanup, when the old version of the application is gone"]
    : [];
  return [...lines, "next     dm apply", ...later].join("\n");
}

/** What it may do to whom; what waits for approval in red. */
function hazardText({ up, preflights }: Revision, paint: Paint): string {
  const lines = up.flatMap(hazardsIn).map(({ code, what }) => {
    const text = `${code}  ${harmless(what)}`;
    return blocks(code) ? paint.red(text) : paint.yellow(text);
  });
  const queries = preflights?.up.length ?? 0;
  const looks = queries === 0 ? [] : [`${count(queries, "preflight query")}: dm apply runs them first`];
  return [...lines, ...looks].join("\n");
}

function total(plan: PlanReport): string {
  const renamed = plan.renames.length === 0 ? "" : `renamed ${plan.renames.length}`;
  return [renamed, summary(plan.changes, plan)].filter((part) => part !== "").join("; ");
}

export function planJson({
  changes,
  renames,
  unmodelled,
  leftOut,
  revisions,
  files,
  provenRevisions,
  sizes,
  notes,
}: PlanReport): JsonObject {
  return {
    changes: changes.map(changeJson),
    renames: renames.map(renameJson),
    unmodelled: unmodelledJson(unmodelled),
    leftOut: leftOutJson(leftOut),
    revisions: revisions.map(revisionJson),
    files,
    provenRevisions,
    sizes: sizes ?? null,
    notes: notes ?? [],
  };
}
