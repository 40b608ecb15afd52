import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { join, name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isHidden, isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";
import {
  changeSequence,
  type SequenceOptions,
  sequenceClauses,
  sequenceOptionsJson,
} from "./sequence-options.js";

/**
 * CREATE SEQUENCE. Where its counter stands is data, and never touched. The sequence behind an identity column is
 * the column's.
 */
export interface Sequence extends SequenceOptions {
  readonly persistence: "permanent" | "unlogged";
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    sequence: Sequence;
  }
}

const alterSequence = ({ identity }: Fact<"sequence">) =>
  sql`ALTER SEQUENCE ${name(identity.schema, identity.name)}`;

export const sequence = defineKind({
  name: "sequence",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_class", "c.oid"))} AS refs,
           (SELECT ${ref("pg_class", "own.refobjid", "own.refobjsubid")} FROM pg_depend own
            WHERE own.classid = 'pg_class'::regclass AND own.objid = c.oid AND own.deptype = 'a'
              AND own.refclassid = 'pg_class'::regclass AND own.refobjsubid > 0) AS owner,
           json_build_object(
             'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
             ${sequenceOptionsJson("s")}
           ) AS attributes
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't' AND NOT ${isHidden("c.relname")} AND ${isUserSchema("n")}
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                        AND d.deptype = 'i')`,
  address: (id) => sql`SEQUENCE ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`relation ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes }) => [
    join(
      [
        sql`CREATE ${attributes.persistence === "unlogged" && raw("UNLOGGED")} SEQUENCE ${name(identity.schema, identity.name)}`,
        ...sequenceClauses(attributes, "bigint"),
      ],
      " ",
    ),
  ],
  drop: ({ identity }) => [sql`DROP SEQUENCE ${name(identity.schema, identity.name)}`],
  alter: [
    {
      of: ["type", "start", "increment", "minimum", "maximum", "cache", "cycle"],
      sql: (from, to) =>
        changeSequence(
          from.attributes,
          to.attributes,
          "bigint",
          name(to.identity.schema, to.identity.name),
          (clauses) => sql`${alterSequence(to)} ${join(clauses, " ")}`,
        ),
    },
    {
      of: ["persistence"],
      sql: (_, to) =>
        sql`${alterSequence(to)} SET ${raw(to.attributes.persistence === "unlogged" ? "UNLOGGED" : "LOGGED")}`,
    },
  ],
  resembles: (from, to, { current, wanted }) => {
    const [before, after] = [ownership(current, from), ownership(wanted, to)];
    if (before !== undefined && after !== undefined)
      return sameValue(before.attributes, after.attributes) ? "same" : undefined;
    // Where the counter stands is data.
    const isAlike = before === after && sameValue(from.attributes, to.attributes);
    return isAlike && from.identity.name === to.identity.name ? "alike" : undefined;
  },
  isNamedByCode: true,
  rename: renameInSchema("SEQUENCE"),
});

/** The column that it belongs to: the same one before and after, when a table and its sequence were renamed together. */
function ownership(catalog: Catalog, { id }: Fact<"sequence">): Fact<"sequence ownership"> | undefined {
  return catalog.childrenOfKind(id, "sequence ownership")[0];
}
