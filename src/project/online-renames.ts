import { sameValue } from "../catalog/canonical.js";
import { type Catalog, insisting } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { diff } from "../diff/diff.js";
import { managing } from "../manage/managed.js";
import type { OnlineContext } from "../online/context.js";
import type { Detour, Interim } from "../online/detour.js";
import {
  inAllTables,
  type RenamedColumn,
  type RenameStates,
  renamedColumn,
  renamedColumns,
  twinAliases,
} from "../online/rename-column.js";
import { columnObstacle } from "../online/rename-obstacle.js";
import { renamedTable, tableObstacle } from "../online/rename-table.js";
import { isBefore } from "../online/stage.js";
import { waypoints } from "../online/waypoints.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Rename } from "../plan/rename.js";
import { type RenameStep, renamePlan, renameSteps } from "../plan/rename-steps.js";
import { type Journey, onlineTables, type Part, partsAlong } from "./phases.js";
import { afterSteps, type Renamed } from "./renames.js";
import type { Workbench } from "./workbench.js";

/** What things keep their old names beside the new ones. */
interface Chosen {
  readonly columns: readonly Rename[];
  readonly tables: readonly Rename[];
}

/** Renames after which both names work, and where the rest of the journey begins. */
export interface RenamedOnline {
  readonly parts: readonly Part[];
  /** With both names, and with the new ones alone. */
  readonly journey: Journey;
  /** What is there for the old names goes last. */
  readonly detour: Detour;
  /** Columns that hold nothing that is not elsewhere. */
  readonly spare: ReadonlySet<FactId>;
  /** Indexes that no row can refuse. */
  readonly certain: ReadonlySet<FactId>;
  /** What has two names, for changes to come. */
  readonly renamed: NonNullable<OnlineContext["renamed"]>;
  /** Whether nothing else changes. */
  readonly isAll: boolean;
}

/**
 * Renames of busy tables and their columns, all but those that are carried out at once, in phases of their own before
 * the rest. Nothing where there are none.
 * @param notes told why a rename that should be online is not.
 */
export async function renamedOnline(
  bench: Workbench,
  {
    before,
    renamed,
    journey,
    retyped,
  }: { before: Catalog; renamed: Renamed; journey: Journey; retyped: ReadonlySet<FactId> },
  notes: string[],
): Promise<RenamedOnline | undefined> {
  const chosen = choose(bench, renamed, journey, retyped, notes);
  const { columns, tables } = chosen;
  if (columns.length + tables.length === 0) return undefined;
  bench.progress("planning renames in phases");
  const steps = renamed.steps.filter((step) => !columns.some((rename) => carriesOut(step, rename)));
  const isAll = steps.length === renamed.steps.length;
  const states: RenameStates = {
    before: isAll ? journey.current : await afterSteps(bench, before, steps),
    after: journey.current,
    wanted: journey.wanted,
  };
  const twins = columns.flatMap((rename) => renamedColumn(rename, states, retyped));
  const { interims, renames, works, worksBack, certain } = renamedColumns(
    twins,
    states,
    await underTwins(bench, twins, states.before),
  );
  const views = tables.flatMap((rename) => viewInterims(rename, twins, states, bench));
  const detour: Detour = { interims: [...views, ...interims], works };
  const goal = isQuick(states) ? states.wanted : states.after;
  const swap = waypoints({ current: states.after, wanted: goal }, [detour]);
  const legs =
    twins.length === 0
      ? swap.filter(({ stage }) => isBefore(stage, "cleanup"))
      : [
          ...waypoints({ current: states.before, wanted: states.before }, [detour]).filter(({ stage }) =>
            isBefore(stage, "swap"),
          ),
          ...swap.filter(({ stage }) => stage === "swap"),
        ];
  const way = { ...journey, current: states.before, wanted: goal };
  const parts = await partsAlong(bench, way, legs, { renames, formerly: new Map() }, true);
  const last = parts.at(-1)?.wanted ?? states.after;
  const current = insisting(last, (id) => goal.get(id)?.insists);
  const spare = new Set<FactId>(inAllTables(twins).flatMap(({ before: { id }, twin }) => [id, factId(twin)]));
  const prefix = renamePlan(steps.map((step) => quiet(step, tables)));
  const others = renamed.renames.filter((rename) => !columns.includes(rename));
  return {
    parts: parts.map((part, at) => {
      const own = withoutLoss(part, spare);
      if (at > 0) return own;
      const [up, down] = [
        [...prefix.up, ...own.up],
        [...own.down, ...prefix.down],
      ];
      return { ...own, before, renames: others, up, down };
    }),
    journey: {
      ...journey,
      current,
      isDiscarded: (fact) => spare.has(fact.id) || journey.isDiscarded(fact),
    },
    spare,
    certain,
    renamed: { columns: twins, states },
    isAll: diff(goal, journey.wanted).length === 0,
    detour: {
      interims: [
        {
          from: "add",
          until: "cleanup",
          facts: [...current.facts.values()].filter(({ id }) => !goal.has(id)),
        },
      ],
      works: worksBack,
    },
  };
}

const quick: ReadonlySet<string> = new Set(["function", "procedure", "comment", "trigger", "view column"]);

/** Whether all that changes besides is changed in no time, so that it comes with the names: functions that use them. */
function isQuick({ after, wanted }: RenameStates): boolean {
  return diff(after, wanted).every((change) => {
    if (change.type === "drop") return false;
    const { current, wanted: to } = { current: undefined, ...change };
    const isNamed = isKind(to, "not null") && isKind(current, "not null");
    if (!isNamed) return quick.has(to.identity.kind);
    return sameValue({ ...current.attributes, name: null }, { ...to.attributes, name: null });
  });
}

/** Which renames are not made at once: as annotated, as configured, and by the size of the table. */
function choose(
  bench: Workbench,
  renamed: Renamed,
  journey: Journey,
  retyped: ReadonlySet<FactId>,
  notes: string[],
): Chosen {
  const { online } = bench.project;
  if (online.mode === "never") return { columns: [], tables: [] };
  const { current: after, wanted, annotations } = journey;
  const isLarge = onlineTables(bench, journey);
  const isAsked = new Set(
    annotations.filter(({ name }) => name === "online").map(({ target }) => factId(target)),
  );
  const isMeant = ({ to }: Rename) => {
    const id = factId(to);
    const table = to.kind === "column" ? after.get(id)?.parent : id;
    if (isAsked.has(id) || online.rename === "online") return true;
    return online.rename === "auto" && table !== undefined && isLarge(table, after);
  };
  const isPossible = (rename: Rename) => {
    const obstacle =
      passing(rename, renamed) ??
      (rename.to.kind === "column"
        ? columnObstacle(rename, { after, wanted }, retyped)
        : (tableObstacle(rename, { after, wanted }, bench.target.version.major) ??
          unmanaged(rename, journey, bench.target.version.major)));
    if (obstacle !== undefined)
      notes.push(`${factId(rename.from)} gets its new name at once, and the old one goes: ${obstacle}`);
    return obstacle === undefined;
  };
  const of = (kind: string) =>
    renamed.renames.filter((rename) => rename.to.kind === kind && isMeant(rename) && isPossible(rename));
  return { columns: of("column"), tables: of("table") };
}

/** Names that several things have one after another. */
function passing(rename: Rename, { steps, renames }: Renamed): string | undefined {
  const isOwn = steps.some((step) => carriesOut(step, rename));
  const [from, to] = [factId(rename.from), factId(rename.to)];
  const isShared = [...renames, ...steps.flatMap(({ up }) => up.flatMap((one) => one.renamed ?? []))].some(
    (other) => factId(other.from) === to || factId(other.to) === from,
  );
  return isOwn && !isShared ? undefined : "names go around";
}

function unmanaged(rename: Rename, { current }: Journey, major: number): string | undefined {
  const isManaged = managing(current.whole, current.scope);
  const [view] = renamedTable(rename, current, major).facts;
  return view !== undefined && isManaged(view) ? undefined : "a view under its old name would not be managed";
}

function carriesOut({ up }: RenameStep, { from, to }: Rename): boolean {
  return up.some(
    ({ renamed }) =>
      renamed !== undefined && factId(renamed.from) === factId(from) && factId(renamed.to) === factId(to),
  );
}

/** The state with the columns and their indexes under other names, so that PostgreSQL prints these. */
async function underTwins(
  bench: Workbench,
  twins: readonly RenamedColumn[],
  state: Catalog,
): Promise<Catalog> {
  if (twins.length === 0) return state;
  return afterSteps(bench, state, renameSteps(twinAliases(twins, state), state, state));
}

/** A view under the old name; where columns have other names from the swap on, it keeps theirs. */
function viewInterims(
  rename: Rename,
  twins: readonly RenamedColumn[],
  { before, after }: RenameStates,
  { target }: Workbench,
): Interim[] {
  const { major } = target.version;
  const table = factId(rename.to);
  const own = twins.filter((twin) => twin.table.id === table);
  const old = (column: Fact) => own.find((twin) => twin.after.id === column.id)?.before.identity.name;
  return [
    { from: "add", until: own.length === 0 ? "cleanup" : "swap", ...renamedTable(rename, before, major) },
    ...(own.length === 0
      ? []
      : [{ from: "swap", until: "cleanup", ...renamedTable(rename, after, major, old) } as const]),
  ];
}

/** What keeps its old name, too, nobody has to hear of. */
function quiet(step: RenameStep, online: readonly Rename[]): RenameStep {
  if (!online.some((rename) => carriesOut(step, rename))) return step;
  const unnamed = ({ renamed: _, ...statement }: PlannedStatement): PlannedStatement => statement;
  return { up: step.up.map(unnamed), down: step.down.map(unnamed) };
}

/** That such columns go is no loss. */
export function withoutLoss(part: Part, spare: ReadonlySet<FactId>): Part {
  const unlost = (statement: PlannedStatement): PlannedStatement => ({
    ...statement,
    losesData: statement.losesData.filter((id) => !spare.has(id)),
  });
  const { inStages } = part;
  const back = async (busy: ReadonlySet<FactId>) => {
    const found = await inStages?.(busy);
    return found && { ...found, down: found.down.map(unlost) };
  };
  return {
    ...part,
    up: part.up.map(unlost),
    down: part.down.map(unlost),
    ...(inStages && { inStages: back }),
  };
}
