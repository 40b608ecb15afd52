import { quoteIdentifier } from "../sql/quote.js";

/**
 * What makes a fact the same fact in two databases: names, never OIDs or attribute numbers.
 * Which fields a kind uses is the kind's affair; the text form below tells all of them apart.
 */
export interface Identity<K extends string = string> {
  /** The kind's name: `table`, `column`, `constraint`, `comment`, … */
  readonly kind: K;
  readonly schema?: string;
  /** The relation (or domain) that a column, constraint, trigger, policy or rule belongs to, in `schema`. */
  readonly on?: string;
  /** Absent only for satellites, which have nothing but their target. */
  readonly name?: string;
  /** A routine's or operator's argument types as PostgreSQL prints them, for telling overloads apart. */
  readonly args?: readonly string[];
  /** What a satellite (comment, owner, privilege) is attached to. */
  readonly of?: Identity;
}

/** The text form of an identity; equal texts mean the same fact. */
export type FactId = string & { readonly factId: unique symbol };

/** `column app.patient.name`, `function app.age(date)`, `comment on table app.patient`. */
export function factId(identity: Identity): FactId {
  return describe(identity) as FactId;
}

function describe({ kind, schema, on, name, args, of }: Identity): string {
  const path = [schema, on, name].filter((part) => part !== undefined).map(quoteIdentifier);
  const signature = args === undefined ? "" : `(${args.join(", ")})`;
  const target = of === undefined ? "" : ` on ${describe(of)}`;
  const own = path.length === 0 ? "" : ` ${path.join(".")}`;
  return `${kind}${own}${signature}${target}`;
}
