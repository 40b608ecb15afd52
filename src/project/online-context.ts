import { isKind } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { subject } from "../diff/diff.js";
import type { HazardReport } from "../hazards/hazards.js";
import { isRetyped } from "../kinds/column-type.js";
import type { Statement } from "../kinds/define.js";
import { keepsLabels } from "../kinds/enum.js";
import type { OnlineContext } from "../online/context.js";
import { twinsOf } from "../online/twins.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Rename } from "../plan/rename.js";
import { isBeyondRow } from "./beyond-row.js";
import { partitionBounds } from "./partition-bounds.js";
import { type Journey, onlineTables } from "./phases.js";
import type { Workbench } from "./workbench.js";

/** A plan that makes all changes at once, and what was found out about it. */
export interface Direct {
  readonly up: readonly PlannedStatement[];
  readonly hazards: HazardReport;
}

/** What decides which way the changes of a journey take, by what the plan that makes all at once would hinder. */
export async function onlineContext(
  bench: Workbench,
  journey: Journey,
  { up, hazards: { hazards } }: Direct,
): Promise<OnlineContext> {
  const { current, wanted } = journey;
  const { mode } = bench.project.online;
  const busy = busyFacts(up, hazards);
  const isOnline = onlineTables(bench, journey);
  const annotations = new Map(
    journey.annotations.map((one) => [`${one.name} ${factId(one.target)}`, one] as const),
  );
  return {
    current,
    wanted,
    major: bench.target.version.major,
    isBusy: (change) => mode !== "never" && busy.has(subject(change).id),
    isLarge: (table) => isOnline(table, current),
    bounds: mode === "never" ? () => undefined : await partitionBounds(bench, current, wanted),
    isAlways: mode === "always",
    annotated: (fact, annotation) => annotations.get(`${annotation} ${fact}`),
    // Where only some kinds are managed, rights may be none of them.
    isBeyondRow: (expression) =>
      wanted.scope.kinds === undefined && isBeyondRow(expression, wanted, bench.parser),
  };
}

const blocking: ReadonlySet<string> = new Set(["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"]);

/** What is created or changed by statements that work on a large table while others wait. */
export function busyFacts(
  statements: readonly PlannedStatement[],
  hazards: HazardReport["hazards"],
): ReadonlySet<FactId> {
  const isBlocking = (statement: Statement) =>
    hazards.get(statement)?.some(({ code }) => blocking.has(code)) === true;
  return new Set(statements.filter(isBlocking).flatMap(({ facts }) => facts));
}

/** Columns that get another name and another type, and that would change this by another column. */
export async function retypedRenames(
  bench: Workbench,
  journey: Journey,
  renames: readonly Rename[],
  direct: () => Promise<Direct>,
): Promise<ReadonlySet<FactId>> {
  const { current, wanted } = journey;
  const losesLabels = (type: FactId) => {
    const [before, after] = [current.get(type), wanted.get(type)];
    return isKind(before, "enum") && isKind(after, "enum") && !keepsLabels(before, after);
  };
  const isChanging = renames.some(({ to }) => {
    const [from, final] = [current.get(factId(to)), wanted.get(factId(to))];
    if (!isKind(from, "column") || !isKind(final, "column")) return false;
    return isRetyped(from, final) || current.dependencies(from.id).some((edge) => losesLabels(edge.to));
  });
  if (bench.project.online.mode === "never" || !isChanging) return new Set();
  const context = await onlineContext(bench, journey, await direct());
  return new Set(twinsOf(context).map((twin) => twin.wanted.id));
}
