import type { HazardCode } from "../hazards/codes.js";

/** As a rule's severity may be set; `off` does not run it. */
export const severities = ["error", "warning", "info", "off"] as const;
export type Severity = (typeof severities)[number];

interface Code {
  readonly severity: Severity;
  /**
   * What a rule judges. `form`: the text of any revision; `change`: what a hand-written revision does to the state
   * before it; `state`: what the schema files ask for; `live`: what a database with statistics tells; `comment`: dm's
   * own annotations.
   */
  readonly judges: "form" | "change" | "state" | "live" | "comment";
  /** Hazards that say the same: a revision whose header has one of them waits for approval, and needs no finding. */
  readonly hazards?: readonly HazardCode[];
  /** Not on the way back, which takes away what the way up brought. */
  readonly onlyUp?: true;
}

const work = ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"] as const;

/**
 * Every rule by its stable code; docs/lint.md has a section for each. What costs data or an outage is an error, as the
 * hazards that wait for approval are; what a person has to know is a warning.
 */
export const lintCodes = {
  "does-not-run": { severity: "error", judges: "change" },
  "transaction-statement": { severity: "error", judges: "form" },
  "concurrently-in-transaction": { severity: "error", judges: "form" },
  "crowded-step": { severity: "warning", judges: "form" },
  "concurrently-if-not-exists": { severity: "warning", judges: "form" },
  "validate-in-same-transaction": { severity: "error", judges: "change", hazards: work },
  "own-timeout": { severity: "warning", judges: "form" },
  "lasting-setting": { severity: "warning", judges: "form" },
  "unqualified-name": { severity: "off", judges: "form" },
  "index-not-concurrent": { severity: "error", judges: "change", hazards: ["BLOCKS_WRITES"] },
  "index-drop-not-concurrent": { severity: "warning", judges: "change" },
  "reindex-not-concurrent": { severity: "error", judges: "change", hazards: work },
  "detach-not-concurrent": { severity: "warning", judges: "change" },
  "refresh-not-concurrent": { severity: "error", judges: "change", hazards: ["BLOCKS_READS"] },
  "constraint-without-not-valid": { severity: "error", judges: "change", hazards: work },
  "not-null-scan": { severity: "error", judges: "change", hazards: work },
  "key-builds-index": { severity: "error", judges: "change", hazards: work },
  "attach-scan": { severity: "error", judges: "change", hazards: work },
  "column-rewrites-table": { severity: "error", judges: "change", hazards: ["TABLE_REWRITE"] },
  "type-change-rewrites-table": { severity: "error", judges: "change", hazards: work },
  "table-rewrite": { severity: "error", judges: "change", hazards: ["TABLE_REWRITE"] },
  "blocking-work": { severity: "error", judges: "change", hazards: work },
  "required-column": { severity: "error", judges: "change", hazards: ["BREAKS_OLD_CODE"], onlyUp: true },
  "drop-table": { severity: "error", judges: "change", hazards: ["DATA_LOSS"], onlyUp: true },
  "drop-column": { severity: "error", judges: "change", hazards: ["DATA_LOSS"], onlyUp: true },
  "drop-schema": { severity: "error", judges: "change", hazards: ["DATA_LOSS"], onlyUp: true },
  "drop-database": { severity: "error", judges: "form" },
  "drop-cascade": { severity: "error", judges: "change" },
  "drop-not-null": { severity: "warning", judges: "change", onlyUp: true },
  "drop-default": { severity: "warning", judges: "change", hazards: ["BREAKS_OLD_CODE"], onlyUp: true },
  truncate: { severity: "error", judges: "change", hazards: ["DATA_LOSS"], onlyUp: true },
  "truncate-cascade": { severity: "error", judges: "change" },
  "delete-all": { severity: "error", judges: "change", hazards: ["DATA_LOSS"], onlyUp: true },
  "backfill-in-transaction": { severity: "warning", judges: "change" },
  "backfill-with-ddl": { severity: "error", judges: "change" },
  "rename-table": { severity: "warning", judges: "change", hazards: ["BREAKS_OLD_CODE"], onlyUp: true },
  "rename-column": { severity: "warning", judges: "change", hazards: ["BREAKS_OLD_CODE"], onlyUp: true },
  "rename-object": { severity: "warning", judges: "change", hazards: ["BREAKS_OLD_CODE"], onlyUp: true },
  "long-identifier": { severity: "error", judges: "state" },
  "name-pattern": { severity: "warning", judges: "state" },
  "char-type": { severity: "warning", judges: "state" },
  "varchar-type": { severity: "info", judges: "state" },
  "timestamp-type": { severity: "warning", judges: "state" },
  "time-with-zone-type": { severity: "warning", judges: "state" },
  "money-type": { severity: "warning", judges: "state" },
  "json-type": { severity: "warning", judges: "state" },
  "serial-column": { severity: "warning", judges: "state" },
  "int-key": { severity: "warning", judges: "state" },
  "foreign-key-type": { severity: "warning", judges: "state" },
  "foreign-key-without-index": { severity: "warning", judges: "state" },
  "duplicate-index": { severity: "warning", judges: "state" },
  "unused-index": { severity: "warning", judges: "live" },
  "table-without-primary-key": { severity: "warning", judges: "state" },
  "no-replica-identity": { severity: "error", judges: "state" },
  "replica-identity-full": { severity: "info", judges: "state" },
  "autovacuum-disabled": { severity: "warning", judges: "state" },
  "definer-without-search-path": { severity: "error", judges: "state" },
  "policy-without-row-security": { severity: "error", judges: "state" },
  "row-security-without-policy": { severity: "warning", judges: "state" },
  "view-bypasses-row-security": { severity: "warning", judges: "state" },
  "unused-ignore": { severity: "warning", judges: "comment" },
  "ignore-without-reason": { severity: "error", judges: "comment" },
} as const satisfies Readonly<Record<string, Code>>;

export type LintCode = keyof typeof lintCodes;

export const allLintCodes = Object.keys(lintCodes).filter(isLintCode);

export function isLintCode(code: string): code is LintCode {
  return Object.hasOwn(lintCodes, code);
}

export function codeOf(code: LintCode): Code {
  return lintCodes[code];
}
