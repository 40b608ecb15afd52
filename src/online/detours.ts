import { diff, subject } from "../diff/diff.js";
import { attachDetours, attachedTies, beforeAttaching, detachDetours } from "./attaching.js";
import { columnInSteps, fillBeforeNotNull } from "./columns.js";
import { validateLater, validateReturned } from "./constraints.js";
import type { DetourRule, OnlineContext } from "./context.js";
import type { Detour } from "./detour.js";
import { leavePartitionsLast } from "./dropped-partition.js";
import { formersOfType } from "./formers.js";
import { identityInSteps } from "./identity.js";
import { indexBesides } from "./indexes.js";
import { keyFromIndex } from "./keys.js";
import { leaveLast } from "./leaving.js";
import { type ChangedView, concernedByViews } from "./materialized-view.js";
import { notNullLater } from "./not-null.js";
import { overloadBeside } from "./overloads.js";
import {
  partitionedConstraint,
  partitionedIndex,
  partitionedKey,
  partitionedNotNull,
} from "./partitioned.js";
import { type Aliased, retypeDetour } from "./retype.js";
import { concernedBy, type Twin } from "./twins.js";

const rules: readonly DetourRule[] = [
  partitionedIndex,
  partitionedKey,
  partitionedConstraint,
  partitionedNotNull,
  columnInSteps,
  identityInSteps,
  fillBeforeNotNull,
  notNullLater,
  validateLater,
  keyFromIndex,
  indexBesides,
  leaveLast,
  overloadBeside,
];

/** What a way back comes upon: what was dropped or changed for good, and what an earlier phase had. */
export const rulesBack: readonly DetourRule[] = [
  partitionedIndex,
  partitionedKey,
  partitionedConstraint,
  partitionedNotNull,
  notNullLater,
  validateLater,
  validateReturned,
  keyFromIndex,
  indexBesides,
];

/** The ways around what would block a busy table; none where all can be done at once. */
export function detoursOf(
  context: OnlineContext,
  twins: readonly Twin[],
  aliased: Aliased | undefined,
  views: readonly ChangedView[],
  chosen = rules,
): Detour[] {
  const concerned = new Set([
    ...concernedBy(twins, context),
    ...concernedByViews(views, context),
    ...formersOfType(twins, context),
  ]);
  const ties = attachedTies(context);
  const apart = { ...context, wanted: beforeAttaching(ties, context.wanted) };
  const detours = diff(context.current, context.wanted)
    .filter((change) => !concerned.has(subject(change).id))
    .flatMap((change) => chosen.flatMap((rule) => rule(change, apart) ?? []));
  detours.push(...attachDetours(ties, context), ...detachDetours(context));
  // On a way back nothing waits for a cleanup.
  if (chosen === rules) detours.push(...leavePartitionsLast(context));
  if (aliased === undefined) return detours;
  const staying = detours
    .flatMap(({ interims }) => interims.filter(({ until }) => until === "cleanup"))
    .flatMap(({ facts = [] }) => facts);
  return [retypeDetour(twins, context, aliased, staying), ...detours];
}
