import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import { diff } from "../diff/diff.js";
import { DmError } from "../error.js";
import type { AlterContext, Statement } from "../kinds/define.js";
import { address, kindNames, kindOf } from "../kinds/index.js";
import { type Action, actionKey } from "./action.js";
import { type ActionGraph, actionsFor } from "./actions.js";
import { decide, rootOf } from "./decide.js";
import { type Folded, fold } from "./fold.js";
import { inheritedFrom } from "./inherit.js";
import { order, type Place } from "./order.js";
import { render } from "./render.js";
import { refuseUnmanaged } from "./unmanaged.js";

/** A statement of a plan. */
export interface PlannedStatement extends Statement {
  readonly action: Action["type"] | "archive" | "restore";
  /** The facts that it creates, changes or drops. */
  readonly facts: readonly FactId[];
  /** The object that it concerns in a reader's eyes. */
  readonly about: FactId;
  /** Tables and columns that go with all they hold; a table's columns are not named beside it. */
  readonly losesData: readonly FactId[];
  /** The attributes that an `alter` changes; a fact may change in several statements. */
  readonly attributes?: readonly string[];
  /** What has another name afterwards. */
  readonly renamed?: { readonly from: Identity; readonly to: Identity };
}

export interface PlanOptions {
  /** Major version of the server that the statements are for; the wanted catalog's unless given. */
  readonly major?: number;
  /** What may be changed; the rest stands in both states and stays as it is. Everything unless given. */
  readonly isManaged?: (fact: Fact) => boolean;
  /** Tables whose readers and writers must not wait for an index. */
  readonly isOnline?: ((table: FactId) => boolean) | undefined;
  /** What a column's values become when its type changes, in terms of the table's columns. */
  readonly using?: ((column: FactId) => string | undefined) | undefined;
  /** Columns whose numbers go on where something else sets them, not after the rows that are there. */
  readonly isCounted?: ((column: FactId) => boolean) | undefined;
}

/** The statements that turn `current` into `wanted`, in order. Pure: reads two catalogs, touches no database. */
export function plan(current: Catalog, wanted: Catalog, options: PlanOptions = {}): PlannedStatement[] {
  const states: AlterContext = {
    current,
    wanted,
    address: (identity) => address(identity, wanted),
    major: options.major ?? wanted.major,
    isOnline: options.isOnline,
    using: options.using,
    isCounted: options.isCounted,
  };
  const { actionGraph, folded } = arrange(states, options.isManaged);
  const isMade = (id: FactId) => actionGraph.actions.has(actionKey("create", id));
  const context: AlterContext = { ...states, isMade };

  const members = new Map<string, Action[]>();
  for (const [key, action] of actionGraph.actions) {
    const host = folded.representative(key);
    members.set(host, [...(members.get(host) ?? []), action]);
  }
  const places = new Map<string, Place>();
  for (const [key, action] of actionGraph.actions) places.set(key, placeOf(action, current, wanted));

  return order(folded.graph, (key) => places.get(key) ?? nowhere).flatMap((key) => {
    const action = actionGraph.actions.get(key);
    if (action === undefined) return [];
    const others = (members.get(key) ?? []).filter((member) => member !== action);
    const catalog = isOfCurrent(action) ? current : wanted;
    return render(action, others, context).map((statement) => ({
      ...statement,
      ...(kindOf(action.fact.identity.kind).shared === undefined ? {} : { isShared: true as const }),
      action: action.type,
      facts: [action.fact, ...others.map((member) => member.fact)].map((fact) => fact.id),
      about: rootOf(action.fact, catalog).id,
      losesData: dataLost(goneBy(action, others, current, wanted), current),
    }));
  });
}

/**
 * The actions and their order. What lets go of something before that is dropped may tie a circle: then it is replaced
 * instead, like everything that depends on what goes.
 */
function arrange(
  context: AlterContext,
  isManaged: PlanOptions["isManaged"],
): { actionGraph: ActionGraph; folded: Folded } {
  const { current, wanted } = context;
  const changes = diff(current, wanted);
  const attempt = (lettingGo: boolean) => {
    const decisions = decide(changes, context, lettingGo, isManaged);
    if (isManaged !== undefined) refuseUnmanaged(decisions, current, isManaged);
    const actionGraph = actionsFor(decisions, current, wanted, isManaged);
    return { actionGraph, folded: fold(actionGraph, decisions, { current, wanted }) };
  };
  try {
    return attempt(true);
  } catch (error) {
    if (error instanceof DmError && error.code === "DM3101") return attempt(false);
    throw error;
  }
}

/** Facts that an action ends, with what they hold; what replaces a table takes over only what it has, too. */
function goneBy(
  { type, fact }: Action,
  others: readonly Action[],
  current: Catalog,
  wanted: Catalog,
): Fact[] {
  if (type === "drop") return [fact, ...others.map((other) => other.fact)];
  return type === "drop aside" ? current.children(fact.id).filter(({ id }) => !wanted.has(id)) : [];
}

function dataLost(gone: readonly Fact[], current: Catalog): FactId[] {
  const lost = gone.filter((fact) => kindOf(fact.identity.kind).holdsData?.(fact) === true);
  const ids = new Set(lost.map(({ id }) => id));
  return lost
    .filter(({ id, parent }) => {
      const isPart = parent !== undefined && ids.has(parent);
      return !isPart && !inheritedFrom(current, id).some(({ to }) => ids.has(to));
    })
    .map(({ id }) => id);
}

const nowhere: Place = { group: "", groupRank: [], rank: [] };

/** What goes, goes first; then the order of the kinds, schema by schema. */
const turn: Readonly<Record<Action["type"], number>> = {
  drop: 0,
  "set aside": 0,
  alter: 1,
  create: 1,
  retract: 1,
  "drop aside": 2,
};

const kindRank = new Map<string, number>(kindNames.map((kind, at) => [kind, at]));

function rankOfKind(fact: Fact): number {
  return kindRank.get(fact.identity.kind) ?? kindNames.length;
}

function isOfCurrent({ type }: Action): boolean {
  return type === "drop" || type === "set aside" || type === "drop aside";
}

function placeOf(action: Action, current: Catalog, wanted: Catalog): Place {
  const { type, fact } = action;
  const root = rootOf(fact, isOfCurrent(action) ? current : wanted);
  const rank = rankOfKind(fact);
  const isWatcher = kindOf(root.identity.kind).isWatcher === true;
  const beforeOrAfterAll = isOfCurrent(action) ? -1 : 3;
  return {
    group: root.id,
    groupRank: [isWatcher ? beforeOrAfterAll : turn[type], rankOfKind(root), root.id],
    rank: [turn[type], type === "drop" ? -rank : rank, fact.position ?? 0, fact.id],
  };
}
