import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, operatorName, ref, refs } from "./query.js";

/** CREATE OPERATOR. */
export interface Operator {
  /** The function that it calls. */
  readonly function: string;
  readonly commutator: string | null;
  readonly negator: string | null;
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
  `coalesce(nullif(o.${column}, 0), (SELECT min(p.oid) FROM pg_operator p WHERE p.${column} = o.oid AND p.oprcode <> 0))`;

export const operator = defineKind({
  name: "operator",
  query: () => `
    SELECT n.nspname AS schema, o.oprname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           json_build_array(CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END,
                            CASE o.oprright WHEN 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END) AS args,
           ${refs(ref("pg_operator", "o.oid"))} AS refs,
           json_build_object(
             'function', o.oprcode,
             'commutator', ${operatorName(partner("oprcom"))},
             'negator', ${operatorName(partner("oprnegate"))},
             'restrict', nullif(o.oprrest::oid, 0)::regproc,
             'join', nullif(o.oprjoin::oid, 0)::regproc,
             'hashes', o.oprcanhash,
             'merges', o.oprcanmerge
           ) AS attributes
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
    WHERE o.oprcode <> 0 AND ${isUserSchema("n")}`,
  address: (id) => sql`OPERATOR ${signature(id)}`,
  occupies: ({ id }) => [id],
  // A commutator or negator that does not exist yet is made as a shell, which its own CREATE fills (manual, CREATE
  // OPERATOR, and User-Defined Operator Optimization).
  create: ({ identity, attributes }) => {
    const { commutator, negator, restrict, join: joinEstimator, hashes, merges } = attributes;
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
  },
  drop: ({ identity }) => [sql`DROP OPERATOR ${signature(identity)}`],
  alter: [
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
      // From 17 on, what is not set can be (manual, ALTER OPERATOR).
      of: ["commutator", "negator", "hashes", "merges"],
      when: ({ attributes: from }, { attributes: to }, { major }) =>
        major >= 17 &&
        (from.commutator === null || from.commutator === to.commutator) &&
        (from.negator === null || from.negator === to.negator) &&
        (!from.hashes || to.hashes) &&
        (!from.merges || to.merges),
      sql: ({ attributes: from }, to) => {
        const { commutator, negator, hashes, merges } = to.attributes;
        return change(
          to,
          from.commutator === null && commutator !== null && sql`COMMUTATOR = ${raw(commutator)}`,
          from.negator === null && negator !== null && sql`NEGATOR = ${raw(negator)}`,
          !from.hashes && hashes && raw("HASHES"),
          !from.merges && merges && raw("MERGES"),
        );
      },
    },
  ],
});
