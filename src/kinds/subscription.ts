import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { DmError } from "../error.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs } from "./query.js";

/**
 * CREATE SUBSCRIPTION, never connecting to the publisher: whether it is enabled, its slot there and what was copied are
 * matters of operation and stay as they are.
 */
export interface Subscription {
  /** The connection string without its passwords; absent where the connected role may not read it. */
  readonly connection: string | null;
  /** Fingerprint of a connection string that holds a password. */
  readonly secret: string | null;
  readonly publications: readonly string[];
  /** The slot at the publisher. */
  readonly slot: string | null;
  /** `streaming=parallel` and all others of this version, sorted. */
  readonly options: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    subscription: Subscription;
  }
}

type SubscriptionFact = Fact<"subscription">;

const askingForPassword = "password_required=true";

/**
 * Whether PostgreSQL takes no connection string without a password: such is refused where the owner is no superuser,
 * whoever changes it (manual, CREATE SUBSCRIPTION, password_required).
 */
const asksForPassword = ({ identity, attributes }: SubscriptionFact, current: Catalog) =>
  attributes.options.includes(askingForPassword) &&
  current.find({ kind: "owner", of: identity }) !== undefined;

const setOption = (fact: SubscriptionFact, option: string) => sql`${alter(fact)} SET (${assignment(option)})`;

/** The options that PostgreSQL keeps, with their values, as an SQL expression. */
function optionsOf(major: number): string {
  const streaming =
    major >= 16
      ? "CASE s.substream WHEN 't' THEN 'on' WHEN 'p' THEN 'parallel' ELSE 'off' END"
      : "s.substream::text";
  const options: (readonly [option: string, value: string, since: number])[] = [
    ["binary", "s.subbinary::text", 14],
    ["disable_on_error", "s.subdisableonerr::text", 15],
    ["failover", "s.subfailover::text", 17],
    ["origin", "s.suborigin", 16],
    ["password_required", "s.subpasswordrequired::text", 16],
    ["run_as_owner", "s.subrunasowner::text", 16],
    ["streaming", streaming, 14],
    ["synchronous_commit", "s.subsynccommit", 14],
    ["two_phase", "(s.subtwophasestate <> 'd')::text", 15],
  ];
  const known = options.filter(([, , since]) => major >= since);
  return `json_build_array(${known.map(([option, value]) => `'${option}=' || ${value}`).join(", ")})`;
}

/** `password=…` of the key words' form, and `user:password@` of a URI. */
const withoutPasswords = `regexp_replace(regexp_replace(i.text, '\\m(ssl)?password\\s*=\\s*(''([^''\\\\]|\\\\.)*''|[^\\s&]*)', '', 'gi'),
  '^(\\s*postgres(ql)?://[^/@:]*):[^/@]*@', '\\1@')`;

/**
 * Connection strings by OID. Only superusers may read the column, and even to name it is refused to others: ts_stat()
 * runs a query that is chosen while it runs (manual, ts_stat).
 */
const connections = `
  SELECT split_part(t.word, ' ', 1)::oid AS oid, substr(t.word, strpos(t.word, ' ') + 1) AS text
  FROM ts_stat(CASE WHEN has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT')
    THEN 'SELECT array_to_tsvector(ARRAY[oid || '' '' || subconninfo]) FROM pg_catalog.pg_subscription
      WHERE octet_length(subconninfo) < 2000'
    ELSE 'SELECT NULL::tsvector WHERE false' END) t`;

const alter = ({ identity }: SubscriptionFact) => sql`ALTER SUBSCRIPTION ${name(identity.name)}`;
const publications = ({ attributes }: SubscriptionFact) =>
  join(attributes.publications.map((each) => name(each)));
const slot = ({ attributes }: SubscriptionFact) =>
  sql`slot_name = ${attributes.slot === null ? raw("NONE") : literal(attributes.slot)}`;
const changedOptions = (from: SubscriptionFact, to: SubscriptionFact) =>
  to.attributes.options.filter((option) => !from.attributes.options.includes(option));

const assignment = (option: string) =>
  sql`${raw(option.slice(0, option.indexOf("=")))} = ${literal(option.slice(option.indexOf("=") + 1))}`;

/** @throws DmError DM3110 when the connection string cannot be written. */
function connection({ identity, attributes }: SubscriptionFact, statement: string): Sql {
  if (attributes.connection !== null && attributes.secret === null) return literal(attributes.connection);
  throw new DmError("DM3110", `the connection string of subscription ${identity.name} is a secret`, {
    details: ["it holds a password, or this role may not read it, so dm cannot write it"],
    next: [
      `run it yourself, where the secret is known: ${statement} ${name(identity.name).text} …`,
      "then plan again",
    ],
  });
}

export const subscription = defineKind({
  name: "subscription",
  query: ({ major }) => `
    SELECT s.subname AS name, ${refs(ref("pg_subscription", "s.oid"))} AS refs,
           json_build_object(
             'connection', btrim(${withoutPasswords}),
             'secret', CASE WHEN ${withoutPasswords} <> i.text
               THEN left(encode(sha256(convert_to('dm ' || i.text, 'UTF8')), 'hex'), 8) END,
             'publications', (SELECT json_agg(p ORDER BY p) FROM unnest(s.subpublications) p),
             'slot', s.subslotname,
             'options', ${optionsOf(major)}
           ) AS attributes
    FROM pg_subscription s LEFT JOIN (${connections}) i ON i.oid = s.oid
    WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  address: (id) => sql`SUBSCRIPTION ${name(id.name)}`,
  occupies: ({ identity }) => [`subscription ${identity.name}`],
  create: (fact) => {
    const { attributes, identity } = fact;
    const options = join([
      raw("connect = false"), // The slot of its own name need not have a name that slots may have.
      attributes.slot !== identity.name && slot(fact),
      ...attributes.options.map(assignment),
    ]);
    return [
      sql`CREATE SUBSCRIPTION ${name(identity.name)} CONNECTION ${connection(fact, "CREATE SUBSCRIPTION")} PUBLICATION ${publications(fact)} WITH (${options})`,
    ];
  },
  // DROP would go to the publisher for the slot, and not in a transaction (manual, DROP SUBSCRIPTION).
  drop: (fact) => [
    sql`${alter(fact)} DISABLE`,
    sql`${alter(fact)} SET (slot_name = NONE)`,
    sql`DROP SUBSCRIPTION ${name(fact.identity.name)}`,
  ],
  alter: [
    {
      of: ["connection", "secret"],
      sql: (from, to, { current }) => {
        const change = sql`${alter(to)} CONNECTION ${connection(to, "ALTER SUBSCRIPTION")}`;
        return asksForPassword(from, current)
          ? [setOption(to, "password_required=false"), change, setOption(to, askingForPassword)]
          : change;
      },
    },
    {
      of: ["publications"],
      sql: (_, to) => sql`${alter(to)} SET PUBLICATION ${publications(to)} WITH (refresh = false)`,
    },
    {
      of: ["slot"],
      when: (_, { attributes }) => attributes.slot === null || /^[a-z0-9_]+$/.test(attributes.slot),
      sql: (_, to) => sql`${alter(to)} SET (${slot(to)})`,
    },
    {
      // Two-phase and failover have to agree with the slot at the publisher (manual, ALTER SUBSCRIPTION).
      of: ["options"],
      when: (from, to) => !changedOptions(from, to).some((option) => /^(two_phase|failover)=/.test(option)),
      sql: (from, to) => sql`${alter(to)} SET (${join(changedOptions(from, to).map(assignment))})`,
    },
  ],
  rename: (from, to) => [sql`ALTER SUBSCRIPTION ${name(from.name)} RENAME TO ${name(to.name)}`],
});
