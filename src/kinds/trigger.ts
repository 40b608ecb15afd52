import { type Fact, isKind } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { asksForValueAgain } from "./column-preflight.js";
import { defineKind } from "./define.js";
import { origin } from "./inherited-column.js";
import { inherits, isUserSchema, ref, refs } from "./query.js";
import { sameParentAndAttributes } from "./resemblance.js";

/** CREATE TRIGGER. */
export interface Trigger {
  /** As pg_get_triggerdef() prints it, from the name's end on. */
  readonly definition: string;
  /** Whether it is a constraint trigger; where SET CONSTRAINTS knows it by another name, that. */
  readonly constraint: boolean | string;
  readonly enabled: "origin" | "disabled" | "replica" | "always";
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    trigger: Trigger;
  }
}

type TriggerFact = Fact<"trigger">;

const verbs = { origin: "ENABLE", disabled: "DISABLE", replica: "ENABLE REPLICA", always: "ENABLE ALWAYS" };

const setEnabled = ({ identity, attributes }: TriggerFact) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)} ${raw(verbs[attributes.enabled])} TRIGGER ${name(identity.name)}`;

const createAs = (verb: string, { identity, attributes }: TriggerFact): Sql =>
  raw(
    `${verb} ${attributes.constraint !== false ? "CONSTRAINT TRIGGER" : "TRIGGER"} ${name(identity.name).text}${attributes.definition}`,
  );

function renameConstraint({ identity }: TriggerFact, from: boolean | string, to: boolean | string): Sql[] {
  const [before, after] = [from, to].map((one) => (typeof one === "string" ? one : identity.name));
  if (before === after) return [];
  return [
    sql`ALTER TABLE ${name(identity.schema, identity.on)} RENAME CONSTRAINT ${name(before)} TO ${name(after)}`,
  ];
}

export const trigger = defineKind({
  name: "trigger",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", t.tgname AS name, ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_trigger", "t.oid"))} AS refs,
           CASE WHEN t.tgparentid <> 0 THEN ${inherits("c.oid", {
             of: ref("pg_trigger", "pt.oid"),
             from: "JOIN pg_trigger pt ON pt.oid = t.tgparentid AND pt.tgrelid = i.inhparent",
             local: "false",
           })} END AS inherits,
           json_build_object(
             'definition', substr(pg_get_triggerdef(t.oid), length('CREATE ' ||
               CASE WHEN t.tgconstraint <> 0 THEN 'CONSTRAINT ' ELSE '' END || 'TRIGGER ' || quote_ident(t.tgname)) + 1),
             'constraint', coalesce((SELECT to_json(k.conname) FROM pg_constraint k WHERE k.oid = t.tgconstraint AND k.conname <> t.tgname),
                                    to_json(t.tgconstraint <> 0)),
             'enabled', CASE t.tgenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'
                                         ELSE 'always' END
           ) AS attributes
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND ${isUserSchema("n")}`,
  address: (id) => sql`TRIGGER ${name(id.name)} ON ${name(id.schema, id.on)}`,
  occupies: ({ identity }) => [`trigger ${identity.schema}.${identity.on}.${identity.name}`],
  create: (fact) => [
    createAs("CREATE", fact),
    ...renameConstraint(fact, true, fact.attributes.constraint),
    ...(fact.attributes.enabled === "origin" ? [] : [setEnabled(fact)]),
  ],
  inheritance: () => "cloned",
  isAlwaysCloned: () => true,
  diesUntied: true,
  afterInheriting: (fact, { catalog }) => {
    const from = origin(fact, catalog);
    const isAsCloned = isKind(from, "trigger") && from.attributes.enabled === fact.attributes.enabled;
    return isAsCloned ? [] : [setEnabled(fact)];
  },
  goesAside: () => true,
  asksMore: asksForValueAgain,
  drop: ({ identity }) => [sql`DROP TRIGGER ${name(identity.name)} ON ${name(identity.schema, identity.on)}`],
  alter: [
    {
      // Constraint triggers have no OR REPLACE (manual, CREATE TRIGGER).
      of: ["definition"],
      when: (from, to) => from.attributes.constraint === false && to.attributes.constraint === false,
      cascades: true,
      sql: (_, to) => [
        createAs("CREATE OR REPLACE", to),
        ...(to.attributes.enabled === "origin" ? [] : [setEnabled(to)]),
      ],
    },
    {
      // ALTER TRIGGER RENAME leaves the constraint its name.
      of: ["constraint"],
      when: (from, to) => from.attributes.constraint !== false && to.attributes.constraint !== false,
      sql: (from, to) => renameConstraint(to, from.attributes.constraint, to.attributes.constraint),
    },
    {
      of: ["enabled"],
      // A new definition has set it already.
      sql: (from, to) => (from.attributes.definition === to.attributes.definition ? setEnabled(to) : []),
    },
  ],
  resembles: sameParentAndAttributes,
  rename: (from, to) => [
    sql`ALTER TRIGGER ${name(from.name)} ON ${name(from.schema, from.on)} RENAME TO ${name(to.name)}`,
  ],
});
