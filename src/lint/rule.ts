import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import type { QualifiedName } from "../desired/tree.js";
import type { SourceLocation } from "../error.js";
import type { Hazard } from "../hazards/codes.js";
import type { ParsedStatement } from "../parse/parser.js";
import type { StepMode } from "../revision/revision.js";
import type { LintCode, Severity } from "./codes.js";
import type { LintSettings } from "./settings.js";

/** What a rule found, and where. */
export interface Finding {
  readonly code: LintCode;
  readonly severity: Exclude<Severity, "off">;
  readonly message: string;
  readonly at: SourceLocation;
  /** What to do, a line each. */
  readonly next: readonly string[];
}

/** What a rule says before the place, the severity and comments are looked at. */
export interface Found {
  readonly message: string;
  readonly next: readonly string[];
}

/** In a statement: at a byte of its source as parse trees count them; at its beginning without. */
export interface FoundInStatement extends Found {
  readonly location?: number | undefined;
}

/** A statement of a revision among its neighbours. */
export interface Written {
  readonly statement: ParsedStatement;
  readonly half: "up" | "down";
  readonly mode: StepMode;
  /** Which transaction of the half it is in; each statement outside of one has a number of its own. */
  readonly transaction: number;
  /** How many statements its step has. */
  readonly stepSize: number;
}

/** What `form` rules see. */
export interface FormContext {
  readonly written: Written;
  /** The statements of the same half, in order. */
  readonly half: readonly Written[];
  readonly settings: LintSettings;
}

/** A relation that was there before the revision. */
export interface Standing {
  readonly id: FactId;
  /** Quoted, as `app.patient`, under the name that it had before the revision. */
  readonly relation: string;
}

/** What `change` rules see: {@link FormContext}, the state before, and what PostgreSQL did. */
export interface ChangeContext extends FormContext {
  /** The state before the revision. */
  readonly before: Catalog;
  /** What the statement's work does to whom, as it was measured; none when it could not be run. */
  readonly work: readonly Hazard[];
  /** A relation of before the revision that it has not dropped meanwhile, by the name that it has here. */
  standing(name: QualifiedName | undefined): Standing | undefined;
  /** The schema of a name without one. */
  readonly schema: string;
  isLarge(relation: Standing): boolean;
}

/** How often an index was used, on the database that was asked. */
export interface IndexUse {
  readonly index: FactId;
  readonly scans: number;
  readonly bytes: number;
  /** For how many days the statistics have counted. */
  readonly days: number;
}

/** What `state` rules see. */
export interface StateContext {
  readonly catalog: Catalog;
  readonly settings: LintSettings;
  /** The statements of the schema files. */
  readonly statements: readonly ParsedStatement[];
  /** Only where a live database told. */
  readonly uses?: readonly IndexUse[];
}

/** In a state: at the fact's definition, or at a place. */
export type FoundInState = Found & ({ readonly fact: FactId } | { readonly at: SourceLocation });

/** Rules as data: what is found, by code. */
export type FormRules = Partial<Record<LintCode, (context: FormContext) => readonly FoundInStatement[]>>;
export type ChangeRules = Partial<Record<LintCode, (context: ChangeContext) => readonly FoundInStatement[]>>;
export type StateRules = Partial<Record<LintCode, (context: StateContext) => readonly FoundInState[]>>;
