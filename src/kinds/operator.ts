import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { type AlterContext, defineKind } from "./define.js";
import { isUserSchema, operatorName, ref, refs } from "./query.js";

/** CREATE OPERATOR. */
export interface Operator {
  /** The function that it calls; none for a shell, which another operator's CREATE left because it names it. */
  readonly function: string | null;
  readonly commutator: string | null;
  readonly negator: string | null;
  /** Which of the two are shells that this operator's CREATE makes. */
  readonly shells: readonly Link[];
  /** Selectivity estimators. */
  readonly restrict: string | null;
  readonly join: string | null;
  readonly hashes: boolean;
  readonly merges: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    operator: Operator;
  }
}

type OperatorFact = Fact<"operator">;

/** `app.+`: an operator is never quoted. */
const symbol = ({ schema, name: operator }: Identity) => raw(`${name(schema).text}.${operator}`);
const signature = (id: Identity) => sql`${symbol(id)} (${raw((id.args ?? []).join(", "))})`;

const estimator = (keyword: string, value: string | null) => sql`${raw(keyword)} = ${raw(value ?? "NONE")}`;

const change = ({ identity }: OperatorFact, ...options: readonly (Sql | false)[]): Sql[] => {
  const set = join(options);
  return set.text === "" ? [] : [sql`ALTER OPERATOR ${signature(identity)} SET (${set})`];
};

/** PostgreSQL forgets the way back where an operator was a shell, named by its partner, before it was made. */
const partner = (column: string) =>
  `CASE WHEN o.oprcode <> 0 THEN coalesce(nullif(o.${column}, 0), (SELECT min(p.oid) FROM pg_operator p WHERE p.${column} = o.oid AND p.oprcode <> 0)) END`;

/** The operators that name a shell `o`, as `p`. */
export const namingShell =
  "pg_operator p WHERE o.oprcode = 0 AND p.oprcode <> 0 AND o.oid IN (p.oprcom, p.oprnegate)";

type Link = "commutator" | "negator";

const isShell = (link: Link, column: string) =>
  `CASE WHEN EXISTS (SELECT FROM pg_operator s WHERE s.oid = o.${column} AND s.oprcode = 0 AND o.oprcode <> 0) THEN '${link}' END`;

/** The commutator or negator of an operator, as the state has it: with its operands exchanged, or as they are. */
function linked(
  { identity, attributes }: OperatorFact,
  link: Link,
  catalog: Catalog,
): OperatorFact | undefined {
  const args = link === "commutator" ? identity.args?.toReversed() : identity.args;
  return catalog
    .ofKind("operator")
    .find(
      (other) =>
        `OPERATOR(${symbol(other.identity).text})` === attributes[link] &&
        sameValue(other.identity.args, args),
    );
}

const isReal = (fact: OperatorFact | undefined) => fact !== undefined && fact.attributes.function !== null;

/**
 * Whether a link changes because the other operator comes or goes: its CREATE links both, and its DROP unlinks the one
 * that stays.
 */
function comesByItself(
  from: OperatorFact,
  to: OperatorFact,
  link: Link,
  { current, wanted }: States,
): boolean {
  if (from.attributes[link] === null)
    return isReal(linked(to, link, wanted)) && !isReal(linked(to, link, current));
  return to.attributes[link] === null && linked(from, link, wanted) === undefined;
}

type States = Pick<AlterContext, "current" | "wanted">;

const isSame = (from: OperatorFact, to: OperatorFact, link: Link) =>
  from.attributes[link] === to.attributes[link];
const links = ["commutator", "negator"] as const;

function createOperator({ identity, attributes }: OperatorFact): Sql[] {
  const { commutator, negator, restrict, join: joinEstimator, hashes, merges } = attributes;
  if (attributes.function === null) return [];
  const [left, right] = identity.args ?? [];
  const options = join([
    sql`FUNCTION = ${raw(attributes.function)}`,
    left !== undefined && left !== "NONE" && sql`LEFTARG = ${raw(left)}`,
    right !== undefined && right !== "NONE" && sql`RIGHTARG = ${raw(right)}`,
    commutator !== null && sql`COMMUTATOR = ${raw(commutator)}`,
    negator !== null && sql`NEGATOR = ${raw(negator)}`,
    restrict !== null && estimator("RESTRICT", restrict),
    joinEstimator !== null && estimator("JOIN", joinEstimator),
    hashes && raw("HASHES"),
    merges && raw("MERGES"),
  ]);
  return [sql`CREATE OPERATOR ${symbol(identity)} (${options})`];
}

export const operator = defineKind({
  name: "operator",
  query: () => `
    SELECT n.nspname AS schema, o.oprname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           json_build_array(CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END,
                            CASE o.oprright WHEN 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END) AS args,
           ${refs(ref("pg_operator", "o.oid"))} AS refs,
           (SELECT json_agg(${ref("pg_operator", "p.oid")}) FROM ${namingShell}) AS needs,
           json_build_object(
             'function', nullif(o.oprcode::oid, 0)::regproc,
             'commutator', ${operatorName(partner("oprcom"))},
             'negator', ${operatorName(partner("oprnegate"))},
             'shells', array_remove(ARRAY[${isShell("commutator", "oprcom")}, ${isShell("negator", "oprnegate")}], NULL),
             'restrict', nullif(o.oprrest::oid, 0)::regproc,
             'join', nullif(o.oprjoin::oid, 0)::regproc,
             'hashes', o.oprcanhash,
             'merges', o.oprcanmerge
           ) AS attributes
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
    WHERE (o.oprcode <> 0 OR EXISTS (SELECT FROM ${namingShell})) AND ${isUserSchema("n")}`,
  address: (id) => sql`OPERATOR ${signature(id)}`,
  occupies: ({ id }) => [id],
  // A commutator or negator that does not exist yet is made as a shell, which its own CREATE fills (manual, CREATE
  // OPERATOR, and User-Defined Operator Optimization).
  create: createOperator,
  drop: ({ identity }) => [sql`DROP OPERATOR ${signature(identity)}`],
  alter: [
    {
      of: ["function", "commutator", "negator", "shells", "restrict", "join", "hashes", "merges"],
      when: (from, to) => !isReal(from) && isReal(to),
      sql: (_, to) => createOperator(to),
    },
    {
      of: ["restrict", "join"],
      sql: (from, to) =>
        change(
          to,
          from.attributes.restrict !== to.attributes.restrict &&
            estimator("RESTRICT", to.attributes.restrict),
          from.attributes.join !== to.attributes.join && estimator("JOIN", to.attributes.join),
        ),
    },
    {
      // A shell is filled by its own CREATE; a new one is made by this operator's.
      of: ["shells"],
      when: (from, to) => to.attributes.shells.every((link) => from.attributes.shells.includes(link)),
      sql: () => [],
    },
    {
      of: links,
      when: (from, to, states) =>
        links.every((link) => isSame(from, to, link) || comesByItself(from, to, link, states)),
      sql: () => [],
    },
    {
      // From 17 on, what is not set can be, to an operator that exists (manual, ALTER OPERATOR).
      of: ["commutator", "negator", "hashes", "merges"],
      when: (from, to, context) =>
        context.major >= 17 &&
        links.every(
          (link) =>
            isSame(from, to, link) ||
            comesByItself(from, to, link, context) ||
            (from.attributes[link] === null && isReal(linked(to, link, context.current))),
        ) &&
        (!from.attributes.hashes || to.attributes.hashes) &&
        (!from.attributes.merges || to.attributes.merges),
      sql: (from, to, context) =>
        change(
          to,
          ...links.map((link) => {
            const isSet = !isSame(from, to, link) && !comesByItself(from, to, link, context);
            return isSet && sql`${raw(link.toUpperCase())} = ${raw(to.attributes[link] ?? "NONE")}`;
          }),
          !from.attributes.hashes && to.attributes.hashes && raw("HASHES"),
          !from.attributes.merges && to.attributes.merges && raw("MERGES"),
        ),
    },
  ],
});
