import type { LintCode, Severity } from "./codes.js";

/** What `name-pattern` may be told about; an index or a constraint is what PostgreSQL calls so. */
export const namedKinds = [
  "schema",
  "table",
  "column",
  "view",
  "index",
  "primary_key",
  "unique",
  "foreign_key",
  "check",
  "exclusion",
  "sequence",
  "function",
  "type",
  "trigger",
  "policy",
] as const;
export type NamedKind = (typeof namedKinds)[number];

/** The part `lint` of dm.yaml. */
export interface LintSettings {
  /** Severities that are not the rules' own. */
  readonly rules: Readonly<Partial<Record<LintCode, Severity>>>;
  /** Names must match these from end to end. */
  readonly names: Readonly<Partial<Record<NamedKind, RegExp>>>;
  /** Bytes. */
  readonly identifierLength: number;
  /** This revision and what is below it are not linted: its id, or a label. */
  readonly after?: string;
}

/** PostgreSQL keeps so many bytes of a name (manual, Identifiers and Key Words). */
export const longestIdentifier = 63;

export const usualLint: LintSettings = { rules: {}, names: {}, identifierLength: longestIdentifier };
