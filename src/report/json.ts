import type { Catalog } from "../catalog/catalog.js";
import type { Fact, Unmodelled } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import type { LeftOut } from "../catalog/scope.js";
import type { Change } from "../diff/diff.js";
import type { DmError } from "../error.js";
import { blocks } from "../hazards/codes.js";
import { hazardsIn } from "../hazards/lines.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { ApplyResult } from "../project/apply.js";
import type { Revision, RevisionHeader, Step } from "../revision/revision.js";
import type { Comparison, Drift } from "./difference.js";
import type { HistoryLine } from "./history.js";
import { revisionScript } from "./sql.js";
import type { ApplyReport, SizesReport, SnapshotReport, StatusReport } from "./text.js";

/** Version of every JSON document; it grows when a key goes or changes its meaning, not when one is added. */
export const jsonVersion = 1;

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/** The document of a command: {@link JsonObject} below what every document begins with. */
export function jsonDocument(command: string | null, body: JsonObject): string {
  return `${JSON.stringify({ version: jsonVersion, command, ...body }, undefined, 2)}\n`;
}

export function errorJson(error: DmError): JsonObject {
  return {
    code: error.code,
    message: error.message,
    at: typeof error.at === "object" ? { ...error.at, text: error.at.text ?? null } : (error.at ?? null),
    details: error.details,
    hint: error.hint ?? null,
    next: error.next,
    exit: error.exit,
  };
}

export function changeJson(change: Change): JsonObject {
  switch (change.type) {
    case "create":
      return { type: "create", ...factJson(change.wanted), wanted: attributesJson(change.wanted) };
    case "drop":
      return { type: "drop", ...factJson(change.current), current: attributesJson(change.current) };
    case "alter":
      return {
        type: "alter",
        ...factJson(change.wanted),
        attributes: change.attributes,
        current: attributesJson(change.current),
        wanted: attributesJson(change.wanted),
      };
  }
}

function factJson({ id, identity, parent }: Fact): JsonObject {
  return { id, identity: plainJson(identity), parent: parent ?? null };
}

/** Attributes are JSON by definition; their static types, one for each kind, do not say so. */
function attributesJson({ attributes }: Fact): Json {
  return plainJson(attributes);
}

function plainJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

export function statementJson({ sql, about, facts, commit }: PlannedStatement): JsonObject {
  return { sql: sql.text, about, facts, commit: commit ?? null };
}

export function unmodelledJson(unmodelled: readonly Unmodelled[]): Json {
  return unmodelled.map(({ kind, name }) => ({ kind, name }));
}

export function leftOutJson(leftOut: readonly LeftOut[] = []): Json {
  return leftOut.map(({ kind, name, tool }) => ({ kind, name, tool }));
}

export function headerJson(header: RevisionHeader): JsonObject {
  return {
    id: header.id,
    parents: header.parents,
    message: header.message,
    author: header.author ?? null,
    created: header.created,
    kind: header.kind,
    phase: header.phase ?? null,
    plan: header.plan ?? null,
    dependsOn: header.dependsOn ?? [],
    labels: header.labels ?? [],
    replaces: header.replaces ?? [],
    from: header.from === undefined ? null : plainJson(header.from),
    to: header.to === undefined ? null : plainJson(header.to),
    manage: header.manage === undefined ? null : plainJson(header.manage),
    proven: header.proven === undefined ? null : plainJson(header.proven),
    hazards: header.hazards ?? [],
    ifLarge: header.ifLarge ?? {},
    irreversible: header.irreversible ?? null,
  };
}

export function revisionJson(revision: Revision): JsonObject {
  const { up, down, preflights } = revision;
  return {
    ...headerJson(revision),
    up: up.map(stepJson),
    down: down.map(stepJson),
    preflights: plainJson(preflights ?? { up: [], down: [] }),
  };
}

function stepJson(step: Step): JsonObject {
  const hazards = hazardsIn(step).map(({ code, what }) => ({ code, what, blocks: blocks(code) }));
  return { sql: step.sql, comments: step.comments, mode: step.mode, hazards };
}

export function renameJson({ from, to }: { readonly from: Identity; readonly to: Identity }): JsonObject {
  return { from: plainJson(from), to: plainJson(to) };
}

export function snapshotJson({
  file,
  facts,
  fingerprint,
  major,
  unmodelled,
  leftOut,
}: SnapshotReport): JsonObject {
  return {
    file,
    facts,
    fingerprint,
    major,
    unmodelled: unmodelledJson(unmodelled),
    leftOut: leftOutJson(leftOut),
  };
}

export function sizesJson({ file, from, relations, large }: SizesReport): JsonObject {
  return { file, from, relations, large };
}

/** What `--dry-run` and `--sql` found: revisions in the order in which they would run. */
export function plannedJson(planned: readonly Revision[], half: "up" | "down"): JsonObject {
  return { direction: half, planned: planned.map(revisionJson), sql: revisionScript(planned, half) };
}

export function appliedJson(report: ApplyReport & Pick<ApplyResult, "restored">): JsonObject {
  const { applied, heads, notes, restored } = report;
  return {
    applied: applied.map(({ id, message, direction, milliseconds }) => ({
      id,
      message,
      direction,
      milliseconds,
    })),
    heads,
    notes,
    restored: restored.map(({ revision, column, original, converted }) => ({
      revision,
      column,
      original,
      converted,
    })),
  };
}

export function statusJson(status: StatusReport): JsonObject {
  return {
    environment: status.environment,
    database: status.database,
    heads: status.heads,
    fileHeads: status.fileHeads,
    pending: status.pending.map(headerJson),
    waiting: status.waiting.map(({ id, phase, for: reason, after, isTakenBack }) => ({
      ...{ id, phase: phase ?? null, for: reason, after: after ?? null, takenBack: isTakenBack === true },
    })),
    plans: status.plans.map((plan) => ({ ...plan })),
    lastApply: status.lastApply === undefined ? null : { ...status.lastApply },
    unfinished: unfinishedJson(status),
    drift: { recorded: status.drift.recorded, changes: status.drift.changes },
    files: status.sum.map((difference) => ({
      kind: difference.kind,
      file: difference.file,
      ...(difference.kind === "renamed" ? { from: difference.from } : {}),
    })),
    irreversible: status.irreversible.map(headerJson),
    unmodelled: unmodelledJson(status.unmodelled),
    leftOut: leftOutJson(status.leftOut),
  };
}

function unfinishedJson({ unfinished }: StatusReport): Json {
  if (unfinished === undefined) return null;
  const { id, direction, done, by, backfill } = unfinished;
  return { id, direction, done, by: by ?? null, backfill: backfill === undefined ? null : { ...backfill } };
}

export function historyJson(entries: readonly (HistoryLine & { readonly file: string })[]): JsonObject {
  return {
    revisions: entries.map(({ revision, file, isHead, applied }) => ({
      ...headerJson(revision),
      file,
      isHead,
      applied: applied ?? null,
    })),
  };
}

export function diffJson({
  changes,
  statements,
  current,
  wanted,
  unmodelled,
  leftOut,
}: Comparison): JsonObject {
  return {
    from: stateJson(current),
    to: stateJson(wanted),
    changes: changes.map(changeJson),
    statements: statements.map(statementJson),
    unmodelled: unmodelledJson(unmodelled),
    leftOut: leftOutJson(leftOut),
  };
}

export function driftJson(drift: Drift): JsonObject {
  return {
    database: drift.database,
    against: drift.against,
    recorded: drift.recorded === undefined ? null : { at: drift.recorded.at, heads: drift.recorded.heads },
    at: drift.at,
    expected: stateJson(drift.expected),
    current: stateJson(drift.current),
    changes: drift.changes.map(changeJson),
    statements: (drift.statements ?? []).map(statementJson),
    unmodelled: unmodelledJson(drift.unmodelled),
    leftOut: leftOutJson(drift.leftOut),
  };
}

function stateJson({ fingerprint, major }: Catalog): JsonObject {
  return { fingerprint, major };
}
