import type { Phase } from "../revision/revision.js";

/**
 * The stages that an online change goes through. Each is a state in which the application's old and new version both
 * work, and ends with a COMMIT; several are one phase, which is one revision file.
 * - `add`: what is new and asks nothing of anybody.
 * - `arm`: what keeps rows right that are written from now on: defaults, triggers.
 * - `fill`: the rows that were there before.
 * - `build`: indexes, and constraints that hold for new rows.
 * - `validate`: constraints that hold for all rows.
 * - `swap`: the new takes the place of the old.
 * - `detach`: partitions are detached, which takes several transactions.
 * - `tidy`: what was only there for the swap goes.
 * - `cleanup`: what only the application's old version needs goes.
 */
export const stages = [
  "add",
  "arm",
  "fill",
  "build",
  "validate",
  "swap",
  "detach",
  "tidy",
  "cleanup",
] as const;
export type Stage = (typeof stages)[number];

const phaseOfStage: Readonly<Record<Stage, Phase>> = {
  add: "additive",
  arm: "additive",
  fill: "backfill",
  build: "constraint",
  validate: "constraint",
  swap: "constraint",
  detach: "constraint",
  tidy: "constraint",
  cleanup: "cleanup",
};

export function phaseOf(stage: Stage): Phase {
  return phaseOfStage[stage];
}

/** Whether the stage comes before the other. */
export function isBefore(stage: Stage, other: Stage): boolean {
  return stages.indexOf(stage) < stages.indexOf(other);
}
