/** The library: everything that a dm command does, a program can do. */

export type { Amount } from "./apply/backfill.js";
export type { PaceSettings } from "./apply/backfill-pace.js";
export type { BackfillReport } from "./apply/backfill-progress.js";
export type { JournalLine } from "./apply/journal.js";
export { Catalog } from "./catalog/catalog.js";
export type { Edge, Fact, KindAttributes, KindName, Unmodelled } from "./catalog/fact.js";
export { type FactId, factId, type Identity } from "./catalog/identity.js";
export { readSnapshot, writeSnapshot } from "./catalog/snapshot.js";
export { connect, withDatabase } from "./database/connect.js";
export type { Database, Row, ServerVersion, TransactionOptions } from "./database/database.js";
export { DatabaseError, type PostgresReport } from "./database/error.js";
export { interrupt } from "./database/interrupt.js";
export { type Change, diff, subject } from "./diff/diff.js";
export { DmError, type ErrorContext, exitCode, type SourceLocation } from "./error.js";
export { allHazardCodes, blocks, type Hazard, type HazardCode } from "./hazards/codes.js";
export { type IntrospectOptions, introspect } from "./introspect/introspect.js";
export { type AlterContext, type AlterRule, defineKind, type Kind } from "./kinds/define.js";
export { allLintCodes, type LintCode, type Severity } from "./lint/codes.js";
export type { Finding } from "./lint/rule.js";
export type { LintSettings } from "./lint/settings.js";
export { type PlannedStatement, type PlanOptions, plan } from "./plan/plan.js";
export type { RelationSize, Sizes } from "./plan/sizes.js";
export {
  type AppliedRevision,
  type ApplyRequest,
  type ApplyResult,
  applyRevisions,
  rollbackRevisions,
} from "./project/apply.js";
export {
  type ArchivedThing,
  type ArchiveList,
  listArchive,
  type PurgeResult,
  purgeArchive,
  purgeable,
  restoreArchived,
} from "./project/archive.js";
export { type BaselineRequest, type BaselineResult, baseline } from "./project/baseline.js";
export {
  acceptEdits,
  type CheckRequest,
  type CheckResult,
  check,
  type NewRevision,
} from "./project/check/check.js";
export type { CheckName, CheckOutcome, Finding as CheckFinding } from "./project/check/finding.js";
export type { Commutation, Obstacle } from "./project/commute.js";
export { type Environment, type OpenOptions, openProject, type Project } from "./project/config.js";
export { type DiffResult, diffSources } from "./project/diff.js";
export { type DriftRequest, type DriftResult, drift } from "./project/drift.js";
export { type HistoryEntry, type HistoryRequest, heads, history, show } from "./project/history.js";
export { type InitRequest, type InitResult, initProject } from "./project/init.js";
export { type LintRequest, lintProject } from "./project/lint.js";
export { type LogRequest, readLog } from "./project/log.js";
export { type MergeRequest, type MergeResult, mergeHeads } from "./project/merge.js";
export { type NewRequest, newRevision } from "./project/new.js";
export type { Online } from "./project/online.js";
export type { Placement } from "./project/placement.js";
export { type PlanRequest, type PlanResult, planRevision } from "./project/plan.js";
export { type PullRequest, type PullResult, pull } from "./project/pull.js";
export { type Moved, type RebaseRequest, type RebaseResult, rebase } from "./project/rebase.js";
export type { DecideRename, RenameQuestion } from "./project/renames.js";
export { type RepairResult, repair } from "./project/repair.js";
export {
  type SizesRequest,
  type SizesResult,
  type SnapshotRequest,
  type SnapshotResult,
  snapshotSizes,
  snapshotSource,
} from "./project/snapshot.js";
export { type SquashRequest, type SquashResult, squash } from "./project/squash.js";
export { type StampRequest, type StampResult, stamp } from "./project/stamp.js";
export { type StatusResult, status } from "./project/status.js";
export type { Progress } from "./project/target.js";
export type { PreflightQuery, Revision, RevisionHeader, Step } from "./revision/revision.js";
export { version } from "./version.js";
