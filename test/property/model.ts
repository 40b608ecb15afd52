import type { ServerWide } from "./server-wide.js";
import type { Part } from "./sorts/sort.js";

/** A random state of a database before it is text. Things refer to each other by `id`, so that names can change. */
export interface State {
  /** The next free id; names are made from it, so that they are unlike each other. */
  next: number;
  readonly major: number;
  readonly isPglite: boolean;
  schemas: Named[];
  enums: Enum[];
  domains: Domain[];
  sequences: Sequence[];
  functions: Routine[];
  relations: Relation[];
  /** All else. */
  parts: Part[];
  defaultPrivileges: DefaultPrivilege[];
  /** Whether default privileges stand before what they concern or behind it. */
  defaultsFirst: boolean;
  /** What it has beyond its database, and what is said of the database. */
  server?: ServerWide;
}

export interface Named {
  readonly id: number;
  name: string;
  comment?: string;
  owner?: string;
  grants?: Grant[];
}

export interface Grant {
  readonly role: string;
  readonly privileges: readonly string[];
  readonly grantable: boolean;
  /** Granted by this role, to which the owner gives the option first. */
  readonly by?: string;
}

export interface InSchema extends Named {
  schema: number;
}

export interface Enum extends InSchema {
  labels: string[];
}

export interface Domain extends InSchema {
  type: string;
  collation?: string;
  default?: string;
  notNull: boolean;
  checks: Check[];
}

export interface Check {
  name: string;
  expression: string;
  notValid: boolean;
}

export interface Sequence extends InSchema {
  options: string;
  ownedBy?: { table: number; column: number };
}

export interface Routine extends InSchema {
  /** What it is for: anything may call a helper, a trigger function serves triggers, the rest stands alone. */
  role: "helper" | "trigger" | "alone";
  procedure: boolean;
  /** Between the name and the body; `{type}` stands for a type. */
  signature: string;
  attributes: string;
  body: string;
  /** The arguments' types, for what names the routine. */
  argumentTypes: string;
  /** A relation that the body reads (BEGIN ATOMIC) or an argument takes. */
  relation?: number;
  uses?: number;
}

export interface Column extends Named {
  /** SQL, or the id of an enum or domain. */
  type: string | number;
  array: boolean;
  /** A name of PostgreSQL's, or the id of one of the state's own. */
  collation?: string | number;
  notNull: boolean;
  /** What its NOT NULL has beyond that, from version 18 on. */
  constraint?: { name: string; noInherit: boolean; notValid: boolean; comment?: string };
  default?: Default;
  identity?: string;
  generated?: { expression: "double" | "lower" | "helper"; from: number; virtual: boolean; by?: number };
  storage?: string;
  compression?: string;
  statistics?: number;
  nDistinct?: string;
}

export type Default = { readonly sql: string } | { readonly sequence: number } | { readonly helper: number };

export interface Key {
  name?: string;
  readonly id: number;
  type: "PRIMARY KEY" | "UNIQUE";
  columns: number[];
  /** The last column, WITHOUT OVERLAPS; from version 18 on. */
  period?: number;
  include: number[];
  nullsNotDistinct: boolean;
  deferral: string;
  comment?: string;
}

export interface ForeignKey {
  name?: string;
  readonly id: number;
  column: number;
  table: number;
  target: number;
  /** The last column of either side, PERIOD; from version 18 on. */
  period?: { column: number; target: number };
  actions: string;
  deferral: string;
  notValid: boolean;
  /** From version 18 on. */
  notEnforced: boolean;
  comment?: string;
}

export interface TableCheck extends Check {
  readonly id: number;
  column: number;
  notEnforced: boolean;
  helper?: number;
  comment?: string;
}

export interface Index {
  readonly id: number;
  name: string;
  method: string;
  unique: boolean;
  keys: IndexKey[];
  include: number[];
  options: string;
  where?: number;
  statistics?: number;
  comment?: string;
  clustered?: boolean;
  replica?: boolean;
}

export interface IndexKey {
  column: number;
  expression?: "lower" | "helper";
  helper?: number;
  suffix: string;
}

export interface Trigger {
  readonly id: number;
  name: string;
  function: number;
  timing: string;
  events: string[];
  of?: number;
  forEach: "ROW" | "STATEMENT";
  when?: number;
  constraint: boolean;
  enabled: string;
  comment?: string;
}

export interface Policy {
  readonly id: number;
  name: string;
  permissive: boolean;
  command: string;
  roles: string[];
  column: number;
  helper?: number;
  comment?: string;
}

export interface Relation extends InSchema {
  kind: "table" | "view" | "materialized view" | "foreign table";
  /** Its own; columnsOf() has those that come from elsewhere, too. */
  columns: Column[];
  partitionBy?: { strategy: "RANGE" | "LIST" | "HASH"; column: number };
  /** What it is a partition of. */
  parent?: { table: number; slot: number; isDefault: boolean; takesAll?: boolean };
  inherits?: number[];
  /** The composite type of a typed table. */
  ofType?: number;
  /** What its columns have otherwise than those they come from. */
  overrides: Override[];
  /** Of a foreign table. */
  server?: number;
  foreignOptions?: Record<string, string>;
  unlogged: boolean;
  options: string[];
  keys: Key[];
  foreignKeys: ForeignKey[];
  checks: TableCheck[];
  exclusion?: { name: string; column: number; where: boolean; deferral: string };
  indexes: Index[];
  triggers: Trigger[];
  policies: Policy[];
  rowSecurity: string[];
  replicaIdentity?: string;
  /** Views: what they read, and which of its columns under which names. */
  source?: number;
  selected: Selected[];
  /** Of columns that every table has. */
  systemGrants?: { column: string; grants: Grant[] };
  grouped: boolean;
  filter: boolean;
  populated: boolean;
}

export interface Selected {
  column: number;
  readonly id: number;
  name: string;
  comment?: string;
  default?: string;
  grants?: Grant[];
}

export interface Override {
  readonly column: number;
  grants?: Grant[];
  default?: string;
  notNull?: boolean;
  statistics?: number;
  comment?: string;
}

export interface DefaultPrivilege {
  schema?: number;
  objects: string;
  privileges: string;
  role: string;
  grantable: boolean;
}

/** Types that a column may have, with defaults that fit. */
export interface PlainType {
  readonly sql: string;
  readonly defaults: readonly string[];
  readonly family: "number" | "text" | "time" | "json" | "other";
}

export const plainTypes: readonly PlainType[] = [
  { sql: "integer", defaults: ["0", "42", "(1 + 2)"], family: "number" },
  { sql: "smallint", defaults: ["7"], family: "number" },
  { sql: "bigint", defaults: ["-1", "9007199254740993"], family: "number" },
  { sql: "numeric", defaults: ["1.50"], family: "number" },
  { sql: "numeric(10,2)", defaults: ["0"], family: "number" },
  { sql: "real", defaults: ["0.1"], family: "number" },
  { sql: "double precision", defaults: ["1e100"], family: "number" },
  { sql: "text", defaults: ["''", "'it''s; $$ \\ here'", "('a' || 'b')"], family: "text" },
  { sql: "character varying", defaults: ["'x'"], family: "text" },
  { sql: "character varying(40)", defaults: ["'y'", "NULL"], family: "text" },
  { sql: "character(12)", defaults: ["'z'"], family: "text" },
  { sql: "boolean", defaults: ["true", "(NOT true)"], family: "other" },
  { sql: "date", defaults: ["'2020-02-29'", "CURRENT_DATE"], family: "time" },
  { sql: "timestamp without time zone", defaults: ["now()", "'infinity'"], family: "time" },
  { sql: "timestamp(3) with time zone", defaults: ["now()", "'2020-01-01 00:00+03'"], family: "time" },
  { sql: "time(2) without time zone", defaults: ["'12:00'"], family: "other" },
  { sql: "interval", defaults: ["'1 day'"], family: "other" },
  { sql: "interval day to second(3)", defaults: ["'1 day'"], family: "other" },
  { sql: "uuid", defaults: ["gen_random_uuid()"], family: "other" },
  { sql: "json", defaults: ["'{}'"], family: "json" },
  { sql: "jsonb", defaults: ['\'{"a": [1, "two"]}\''], family: "json" },
  { sql: "bytea", defaults: ["'\\x00ff'"], family: "other" },
  { sql: "inet", defaults: ["'10.0.0.1'"], family: "other" },
  { sql: "bit(3)", defaults: ["B'101'"], family: "other" },
  { sql: "bit varying(8)", defaults: ["B'1'"], family: "other" },
  { sql: "int4range", defaults: ["'[1,5)'"], family: "other" },
  { sql: "tsvector", defaults: ["''"], family: "other" },
  { sql: "point", defaults: ["'(1,2)'"], family: "other" },
  { sql: "money", defaults: ["0"], family: "other" },
  { sql: '"char"', defaults: ["'c'"], family: "other" },
  { sql: "name", defaults: ["'n'"], family: "text" },
];

export const isText = (type: string | number) =>
  typeof type === "string" && /^(text|character varying|character varying\(40\)|character\(12\))$/.test(type);
export const isInteger = (type: string | number) =>
  type === "integer" || type === "smallint" || type === "bigint";
