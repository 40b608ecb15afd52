import { sameValue } from "../catalog/canonical.js";
import type { Fact } from "../catalog/fact.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs } from "./query.js";

/** CREATE EVENT TRIGGER (manual, Event Triggers). */
export interface EventTrigger {
  readonly event: string;
  /** Command tags that it is limited to, sorted; empty for all. */
  readonly tags: readonly string[];
  /** The function's qualified name. */
  readonly function: string;
  readonly enabled: "origin" | "disabled" | "replica" | "always";
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "event trigger": EventTrigger;
  }
}

const verbs = { origin: "ENABLE", disabled: "DISABLE", replica: "ENABLE REPLICA", always: "ENABLE ALWAYS" };

const setEnabled = ({ identity, attributes }: Fact<"event trigger">) =>
  sql`ALTER EVENT TRIGGER ${name(identity.name)} ${raw(verbs[attributes.enabled])}`;

const filter = (tags: readonly string[]): Sql | false =>
  tags.length > 0 && sql`WHEN TAG IN (${join(tags.map(literal))})`;

export const eventTrigger = defineKind({
  name: "event trigger",
  query: () => `
    SELECT e.evtname AS name, ${refs(ref("pg_event_trigger", "e.oid"))} AS refs,
           json_build_object(
             'event', e.evtevent,
             'tags', (SELECT coalesce(json_agg(t ORDER BY t), '[]') FROM unnest(e.evttags) t),
             'function', quote_ident(n.nspname) || '.' || quote_ident(p.proname),
             'enabled', CASE e.evtenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'
                                          ELSE 'always' END
           ) AS attributes
    FROM pg_event_trigger e
    JOIN pg_proc p ON p.oid = e.evtfoid
    JOIN pg_namespace n ON n.oid = p.pronamespace`,
  address: (id) => sql`EVENT TRIGGER ${name(id.name)}`,
  occupies: ({ identity }) => [`event trigger ${identity.name}`],
  isWatcher: true,
  create: (fact) => [
    sql`CREATE EVENT TRIGGER ${name(fact.identity.name)} ON ${raw(fact.attributes.event)} ${filter(fact.attributes.tags)} EXECUTE FUNCTION ${raw(fact.attributes.function)}()`,
    ...(fact.attributes.enabled === "origin" ? [] : [setEnabled(fact)]),
  ],
  drop: ({ identity }) => [sql`DROP EVENT TRIGGER ${name(identity.name)}`],
  alter: [{ of: ["enabled"], sql: (_, to) => setEnabled(to) }],
  resembles: (from, to) => (sameValue(from.attributes, to.attributes) ? "same" : undefined),
  rename: (from, to) => [sql`ALTER EVENT TRIGGER ${name(from.name)} RENAME TO ${name(to.name)}`],
});
