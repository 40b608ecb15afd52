import type { FactId, Identity } from "./identity.js";

/**
 * The attributes of each kind, by the kind's name. Empty here: each file of `src/kinds/` adds its own entry, so
 * that `Fact<"sequence">` has a sequence's attributes and nobody casts.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface KindAttributes {}

export type KindName = keyof KindAttributes & string;

/** Anything that an attribute may hold: JSON, so that a catalog can be written to a file and hashed. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

/** One thing that a database holds, at the finest grain that can change by itself. */
export interface Fact<K extends KindName = KindName> {
  readonly identity: Identity<K>;
  /** The identity's text form. */
  readonly id: FactId;
  /** What it belongs to: a column's table, a table's schema, a comment's target. */
  readonly parent?: FactId;
  readonly attributes: KindAttributes[K];
  /** Declared order among its siblings (columns). Reported and used for writing, never compared. */
  readonly position?: number;
  /** What is known of it and differs between databases that are equally right (an extension's version). */
  readonly noted?: { readonly [name: string]: AttributeValue };
  /**
   * Those of the noted that this state insists on: they are compared. Where the list is there, be it empty, the state is
   * built with what is noted of the fact.
   */
  readonly insists?: readonly string[];
}

/** Narrows a fact of any kind to one. */
export function isKind<K extends KindName>(fact: Fact | undefined, kind: K): fact is Fact<K> {
  return fact?.identity.kind === kind;
}

/** How one fact needs another. */
export interface Edge {
  readonly from: FactId;
  readonly to: FactId;
  /**
   * `needs`: cannot exist without it. `part`: likewise, and goes silently when it is dropped (pg_depend's auto and
   * internal). `owned`: is dropped with it but can be created before it (a sequence OWNED BY a column). `inherits`:
   * comes from it while their tables are tied (a partition's column from its parent's).
   */
  readonly type: "needs" | "part" | "owned" | "inherits";
  /** For `inherits`: the fact that ties the tables (a partition's attachment). */
  readonly via?: FactId;
  /** For `inherits`: also stands by itself, so that it stays when the other goes (manual, Inheritance). */
  readonly local?: boolean;
}

/** An object that exists in the database and that dm does not model. */
export interface Unmodelled {
  /** PostgreSQL's name for the kind: `operator`, `text search dictionary`. */
  readonly kind: string;
  readonly name: string;
  /** The extension that it may have come with, which PostgreSQL does not tell. */
  readonly extension?: string | undefined;
  /** What it is, where that can differ. */
  readonly definition?: string | undefined;
}
