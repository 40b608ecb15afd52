import type { Identity } from "../catalog/identity.js";
import type { SourceLocation } from "../error.js";
import type { ParsedStatement } from "../parse/parser.js";
import type { Settings } from "./settings.js";
import type { QualifiedName } from "./tree.js";

/** A statement of the schema files, and what its file says about names and sessions at that place. */
export interface DesiredStatement {
  readonly statement: ParsedStatement;
  readonly settings: Settings;
  /** The schema of names without one. */
  readonly schema: string;
}

export const annotationNames = ["renamed", "new", "backfill", "using", "online", "discard"] as const;
export type AnnotationName = (typeof annotationNames)[number];

/** What a comment such as `-- @renamed from=old` says of the definition it stands at. */
export interface Annotation {
  readonly name: AnnotationName;
  /** What follows the name, as written. */
  readonly argument?: string;
  /**
   * The former name of `@renamed`. A thing may have several former names: then it has several annotations.
   */
  readonly from?: QualifiedName;
  readonly target: Identity;
  /** For a routine, whose identity lacks its argument types here: how many input arguments it has. */
  readonly argumentCount?: number;
  readonly at: SourceLocation;
}

export interface DesiredExtension {
  readonly name: string;
  readonly schema?: string;
  readonly version?: string;
  readonly at: SourceLocation;
}

/** What the schema files say, before any database has seen it. */
export interface DesiredState {
  readonly statements: readonly DesiredStatement[];
  readonly annotations: readonly Annotation[];
  /** Roles that owners, grants, policies and the like name. */
  readonly roles: readonly string[];
  readonly extensions: readonly DesiredExtension[];
  /** SHA-256 over the files' names and contents. */
  readonly hash: string;
}
