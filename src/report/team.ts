import type { BaselineResult } from "../project/baseline.js";
import type { MergeResult } from "../project/merge.js";
import type { RebaseResult } from "../project/rebase.js";
import type { SquashResult } from "../project/squash.js";
import type { StampResult } from "../project/stamp.js";
import { headerJson, type JsonObject } from "./json.js";
import { count } from "./words.js";

const joined = "joined   dm.sum: the lines of both sides";

export function mergeText({ heads, file, joinedSum }: MergeResult): string {
  return [
    ...(joinedSum ? [joined] : []),
    file === undefined
      ? `nothing to merge: ${heads[0] === undefined ? "there is no revision" : `${heads[0]} is the only head`}`
      : `written  ${file}\n${heads.join(", ")}: proven in any order`,
  ].join("\n");
}

export function mergeJson({ heads, revision, file, joinedSum }: MergeResult): JsonObject {
  return {
    heads,
    revision: revision === undefined ? null : headerJson(revision),
    file: file ?? null,
    joinedSum,
  };
}

export function rebaseText({ onto, moved, dropped, removed, joinedSum }: RebaseResult): string {
  if (onto === undefined) {
    return [...(joinedSum ? [joined] : []), "nothing to move: there is one line of revisions"].join("\n");
  }
  return [
    ...(joinedSum ? [joined] : []),
    ...moved.map(({ from, file, isReplanned }) => {
      const how = isReplanned ? "planned anew to what the schema files ask for" : "proven again, as it was";
      return `written  ${file}\n         was ${from.join(", ")}; ${how}`;
    }),
    ...(dropped.length === 0 ? [] : [`dropped  ${dropped.join(", ")}: nothing is left to do for it`]),
    ...removed.map((file) => `removed  ${file}`),
    `behind ${onto}; dm plan --check tells whether the schema files ask for more`,
  ].join("\n");
}

export function rebaseJson({ onto, moved, dropped, removed, joinedSum }: RebaseResult): JsonObject {
  return {
    onto: onto ?? null,
    moved: moved.map(({ from, revision, file, isReplanned }) => ({
      from,
      revision: headerJson(revision),
      file,
      isReplanned,
    })),
    dropped,
    removed,
    joinedSum,
  };
}

export function stampText({ recorded, forgotten, heads, notes }: StampResult): string {
  return [
    ...recorded.map((id) => `recorded   ${id}`),
    ...forgotten.map((id) => `forgotten  ${id}`),
    ...notes.map((note) => `note: ${note}`),
    `nothing was run; the database counts as being at ${heads.join(", ") || "base"}`,
  ].join("\n");
}

export function stampJson({ recorded, forgotten, heads, notes }: StampResult): JsonObject {
  return { recorded, forgotten, heads, notes };
}

export function squashText({ revision, file, kept, isPlanned }: SquashResult): string {
  return [
    `written  ${file}`,
    ...kept.map((path) => `kept     ${path}`),
    `replaces ${count(revision.replaces?.length ?? 0, "revision")}, and is proven equal to them: ${
      isPlanned ? "planned between the two ends" : "their steps, one after the other"
    }`,
  ].join("\n");
}

export function squashJson({ revision, file, kept, isPlanned }: SquashResult): JsonObject {
  return { revision: headerJson(revision), file, kept, isPlanned };
}

export function baselineText({ revision, file, kept, isStamped, notes }: BaselineResult): string {
  return [
    `written  ${file}`,
    ...kept.map((path) => `kept     ${path}`),
    ...notes.map((note) => `note: ${note}`),
    isStamped
      ? `the database counts as being at ${revision.id}`
      : "the database is not at head: dm apply brings it there",
  ].join("\n");
}

export function baselineJson({ revision, file, kept, isStamped, notes }: BaselineResult): JsonObject {
  return { revision: headerJson(revision), file, kept, isStamped, notes };
}
