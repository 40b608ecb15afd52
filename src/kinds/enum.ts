import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { join, literal, name, type Sql, sql } from "../sql/sql.js";
import { defineKind, type Statement } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE TYPE … AS ENUM, labels in order. */
export interface Enum {
  readonly labels: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    enum: Enum;
  }
}

export const enumType = defineKind({
  name: "enum",
  query: () => `
    SELECT n.nspname AS schema, t.typname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_type", "t.oid"), ref("pg_type", "t.typarray"))} AS refs,
           json_build_object('labels', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
                                        FROM pg_enum e WHERE e.enumtypid = t.oid)) AS attributes
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND ${isUserSchema("n")}`,
  address: (id) => sql`TYPE ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`type ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes }) => [
    sql`CREATE TYPE ${name(identity.schema, identity.name)} AS ENUM (${join(attributes.labels.map(literal))})`,
  ],
  drop: ({ identity }) => [sql`DROP TYPE ${name(identity.schema, identity.name)}`],
  alter: [
    {
      of: ["labels"],
      when: keepsLabels,
      sql: addLabels,
    },
  ],
  isNamedByCode: true,
  asksMore: (from, to) => {
    const lost =
      from?.attributes.labels.filter((label) => to?.attributes.labels.includes(label) === false) ?? [];
    return lost.length === 0
      ? undefined
      : {
          what: `${to?.id} has no ${lost.map((label) => literal(label).text).join(", ")}`,
          attribute: "labels",
        };
  },
  rename: renameInSchema("TYPE"),
  setAside: ({ identity }, aside) => ({
    rename: sql`ALTER TYPE ${name(identity.schema, identity.name)} RENAME TO ${name(aside)}`,
    drop: sql`DROP TYPE ${name(identity.schema, aside)}`,
  }),
});

/** A label is no fact of its own, but can be renamed. Both identities have the type in `on`. */
export function renameEnumValue(from: Identity, to: Identity): Sql {
  const type = name(to.schema, to.on);
  return sql`ALTER TYPE ${type} RENAME VALUE ${literal(from.name ?? "")} TO ${literal(to.name ?? "")}`;
}

/** Whether labels are but added: an enum cannot lose any, nor give them another order (manual, ALTER TYPE). */
export function keepsLabels({ attributes: from }: Fact<"enum">, { attributes: to }: Fact<"enum">): boolean {
  return isSubsequence(from.labels, to.labels);
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const label of whole) if (label === part[at]) at++;
  return at === part.length;
}

// A new value is usable only after commit (manual, ALTER TYPE, Notes).
function addLabels(
  { attributes: from }: Fact<"enum">,
  { identity, attributes: to }: Fact<"enum">,
): Statement[] {
  const type = name(identity.schema, identity.name);
  const there = [...from.labels];
  return to.labels.flatMap((label, at): Statement[] => {
    if (there.includes(label)) return [];
    const before = to.labels[at - 1];
    const next = there[0];
    const isLast = to.labels.slice(at).every((later) => !from.labels.includes(later));
    there.splice(before === undefined ? 0 : there.indexOf(before) + 1, 0, label);
    const place = isLast
      ? undefined
      : before === undefined
        ? next !== undefined && sql`BEFORE ${literal(next)}`
        : sql`AFTER ${literal(before)}`;
    return [{ sql: sql`ALTER TYPE ${type} ADD VALUE ${literal(label)} ${place}`, commit: "after" }];
  });
}
