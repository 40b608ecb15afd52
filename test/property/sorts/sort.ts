import type { KindName } from "../../../src/catalog/fact.js";
import type { Identity } from "../../../src/catalog/identity.js";
import type { Generator } from "../generate.js";
import type { InSchema, Relation, State } from "../model.js";
import type { Random } from "../random.js";

/** What was chosen for a part by chance; JSON, so that a state can be copied. */
export type Choice = Record<string, unknown>;

/** Something in a state that is neither a relation nor made with one. */
export interface Part extends InSchema {
  readonly sort: string;
  choice: Choice;
}

/** A part whose sort knows what was chosen. */
export type Made<C> = Omit<Part, "choice"> & { readonly choice: C };

/** What a sort may choose from. */
export interface Making {
  readonly random: Random;
  readonly state: State;
  readonly generator: Generator;
  /** The id of the part that is being made: it refers to those before it only. */
  readonly before: number;
}

/** What is there already while a state is being written as SQL. */
export interface See {
  readonly major: number;
  /** The qualified name of what lies in a schema. */
  name(part: InSchema, name?: string): string;
  schema(id: number): string;
  /** The name of the type with this id, if that is there by now. */
  type(id: string | number): string | undefined;
  part(id: number | undefined): Part | undefined;
  relation(
    id: number | undefined,
  ): { relation: Relation; name: string; columns: ReadonlyMap<number, string> } | undefined;
  /** Whether the column has a type of PostgreSQL's own. */
  isBuiltIn(relation: Relation, column: number | undefined): boolean;
  /** A routine's name, if that is there by now. */
  routine(id: number | undefined): string | undefined;
}

/** One sort of thing that states hold: how it is chosen, and how it is written. */
export interface Sort<C> {
  readonly name: string;
  /** The kinds of dm that come of it. */
  readonly kinds: readonly KindName[];
  /** Whether it stands before tables, whose columns may need it, or after all relations. */
  readonly stage: "before tables" | "after tables";
  readonly since?: number;
  /** Needs what PGlite has not. */
  readonly serverOnly?: true;
  /** It is a type that columns may have; `ordered`, that an index and a key may have it. */
  readonly type?: "plain" | "ordered";
  /** It lies in no schema. */
  readonly global?: true;
  /** At most one of a state: others would be in its way. */
  readonly once?: true;
  /** A sort of which it needs one: that is made with it where there is none. */
  readonly needs?: string;
  choose(making: Making): C | undefined;
  /** Changes of what was chosen that are finer than choosing some of it again. */
  edit?(part: { choice: C }, making: Making): void;
  /** The statements; none when what it needs is not there. */
  create(part: Made<C>, see: See): readonly string[] | undefined;
  /** What COMMENT ON, OWNER TO and GRANT ON say of it. */
  address?(part: Made<C>, see: See): string;
  /** It takes an owner. */
  readonly owned?: true;
  readonly privileges?: readonly string[];
  /** As GRANT ON says, where that is not as COMMENT ON says. */
  readonly grantedAs?: (part: Made<C>, see: See) => string;
  /** The name of it that a plan can change. */
  identity?(part: Made<C>, see: See): Identity;
}

/** A sort among others: what was chosen is its own affair. */
export type AnySort = Sort<Choice>;

export function defineSort<C extends object>(sort: Sort<C>): AnySort {
  return sort as unknown as AnySort;
}

/** Ids of the parts of these sorts that stand before this one. */
export function earlier({ state, before }: Making, ...sorts: readonly string[]): number[] {
  return state.parts.filter(({ sort, id }) => sorts.includes(sort) && id < before).map(({ id }) => id);
}
