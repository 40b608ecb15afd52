import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { asksForValueNow, notNullPreflight } from "./column-preflight.js";
import { type AlterContext, defineKind } from "./define.js";
import { fittedNames } from "./implied-name.js";
import { dropsOnly } from "./inherited-column.js";
import { alterNotNull, isNamedOtherwiseBelow, keptName, nameOf, withKeptName } from "./not-null-heirs.js";
import { inherits, isUserColumn, isUserSchema, ref, refs } from "./query.js";
import { isTyped } from "./table-type.js";

/**
 * NOT NULL of a column of a table or foreign table. A constraint with a name from version 18 on, a mark of the column
 * before. A primary key and an identity need it.
 */
export interface NotNull {
  /** Null before version 18. */
  readonly name: string | null;
  readonly validated: boolean;
  readonly noInherit: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "not null": NotNull;
  }
}

type NotNullFact = Fact<"not null">;

/** How queries of other kinds refer to a column's NOT NULL, which has no OID of its own in every version. */
export const notNullRef = (relation: string, column: string) => ref("not null", relation, column);

const row = (attributes: string) => `
    SELECT n.nspname AS schema, c.relname AS "on", a.attname AS name,
           ${ref("pg_class", "c.oid", "a.attnum")} AS parent, ${attributes} AS attributes`;

const inheritedFrom = (local: string) =>
  inherits("c.oid", {
    of: notNullRef("i.inhparent", "pa.attnum"),
    from: "JOIN pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname AND pa.attnotnull",
    local,
  });

// What is inherited cannot be renamed, and has its parent's name or one of its own by the way it came about.
const constraints = `${row("json_build_object('name', CASE WHEN k.coninhcount = 0 THEN k.conname END, 'validated', k.convalidated, 'noInherit', k.connoinherit)")},
           ${refs(notNullRef("c.oid", "a.attnum"), ref("pg_constraint", "k.oid"))} AS refs,
           CASE WHEN k.coninhcount > 0 THEN ${inheritedFrom("k.conislocal")} END AS inherits,
           CASE WHEN k.coninhcount > 0 THEN json_build_object('inheritedName', k.conname) END AS noted
    FROM pg_constraint k
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype = 'n' AND ${isUserColumn("a")} AND ${isUserSchema("n")}`;

const marks = `${row("json_build_object('name', NULL, 'validated', true, 'noInherit', false)")},
           ${refs(notNullRef("c.oid", "a.attnum"))} AS refs, ${inheritedFrom("false")} AS inherits
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attnotnull AND c.relkind IN ('r', 'p', 'f') AND ${isUserColumn("a")} AND ${isUserSchema("n")}`;

// ALTER TABLE serves foreign tables too (manual, ALTER TABLE, Description).
const alterTable = ({ identity }: NotNullFact) => sql`ALTER TABLE ${name(identity.schema, identity.on)}`;
const alterColumn = (fact: NotNullFact) => sql`${alterTable(fact)} ALTER COLUMN ${name(fact.identity.name)}`;

export const notNull = defineKind({
  name: "not null",
  query: ({ major }) => (major >= 18 ? constraints : marks),
  address: (id, catalog) =>
    sql`CONSTRAINT ${name(catalog.find({ ...id, kind: "not null" })?.attributes.name ?? undefined)} ON ${name(id.schema, id.on)}`,
  occupies: ({ identity, attributes }) =>
    attributes.name === null ? [] : [`constraint ${identity.schema}.${identity.on}.${attributes.name}`],
  // A column definition has no NOT VALID (manual, CREATE TABLE).
  folds: (fact, parent) =>
    fact.attributes.validated && (isKind(parent, "column") || isKind(parent, "foreign column")),
  create: (anyhow, { catalog, current, major }) => {
    const fact = withKeptName(anyhow, catalog);
    const isTaken = isNameHeld(fact, current, catalog);
    return [
      (isPlain(fact, catalog) && !isTaken) || major < 18
        ? sql`${alterColumn(fact)} SET NOT NULL`
        : sql`${alterTable(fact)} ADD ${clause(fact, name(fact.identity.name), catalog, isTaken)}`,
    ];
  },
  // Rows without a value may be given the default before.
  createdBehind: ({ parent }, wanted) =>
    parent === undefined ? [] : wanted.childrenOfKind(parent, "default").map(({ id }) => id),
  asksMore: asksForValueNow,
  preflight: notNullPreflight,
  goesAside: () => true,
  inheritance: (fact, from) =>
    isKind(from, "not null") && fact.attributes.validated && !from.attributes.validated
      ? "adopted"
      : "cascades",
  drop: (fact, { catalog, wanted, major, isMade }) => {
    const column = catalog.get(fact.parent);
    const only = column !== undefined && dropsOnly(column, catalog);
    const { schema, on, name: dropped } = fact.identity;
    const isOfStanding = ({ parent }: NotNullFact) => parent === undefined || isMade?.(parent) !== true;
    const kept = major < 18 ? [] : keptByKeys(fact, catalog, wanted).filter(isOfStanding);
    return [
      sql`ALTER TABLE ${only} ${name(schema, on)} ALTER COLUMN ${name(dropped)} DROP NOT NULL`,
      ...kept.map((one) => sql`${alterColumn(one)} DROP NOT NULL`),
    ];
  },
  cedes: {
    away: (fact) => join(renameConstraint(fact, fact.attributes.name, ceded(fact))),
    back: { of: ["name"], sql: (_, to) => renameConstraint(to, ceded(to), to.attributes.name) },
  },
  alter: [
    {
      of: ["name"],
      when: (from, to, context) =>
        context.major < 18 ||
        (!isTyped(context.current.get(from.parent)?.parent, context.current) &&
          !(isForeign(from, context.current) && mayBeAlone(from, to, context))),
      // One that came from a parent keeps the name it had there when the tables are untied, and has it again when they are
      // tied, so that the same way leads out once more.
      sql: (from, to, context) => {
        const rename = renameConstraint(to, nameOf(from), nameOf(to));
        if (context.major < 18) return [];
        return rename.map((one) => (mayBeAlone(from, to, context) ? renameAlone(from, to, one) : one));
      },
    },
    {
      of: ["validated"],
      when: (_, to) => to.attributes.validated,
      cascades: true,
      sql: (from, to) =>
        sql`${alterTable(to)} VALIDATE CONSTRAINT ${name(nameBetween(from, to) ?? undefined)}`,
    },
    {
      // Of a foreign table no constraint can be altered (tablecmds.c, ATPrepCmd).
      of: ["noInherit"],
      when: (_, to, { wanted }) => !isForeign(to, wanted),
      sql: (from, to) =>
        alterNotNull(to, nameBetween(from, to), to.attributes.noInherit ? "NO INHERIT" : "INHERIT"),
    },
  ],
});

/**
 * Whether something that inherits it may have another name: a state that was not read where it is true tells what its own
 * making has led to.
 */
const mayBeAlone = (
  from: NotNullFact,
  to: NotNullFact,
  { current, wanted }: Pick<AlterContext, "current" | "wanted">,
) => isNamedOtherwiseBelow(from, current) || isNamedOtherwiseBelow(to, wanted);

/** Renamed with those that inherit it, or without, where one of them has another name or inherits it twice. */
function renameAlone(from: NotNullFact, to: NotNullFact, rename: Sql): Sql {
  const [away, back] = [
    alterNotNull(to, nameOf(from), "NO INHERIT"),
    alterNotNull(to, nameOf(to), "INHERIT"),
  ];
  return raw(`DO $rename$
BEGIN
  ${rename.text};
EXCEPTION WHEN undefined_object OR invalid_table_definition THEN
  ${[away, rename, back].map(({ text }) => `${text};`).join("\n  ")}
END $rename$`);
}

/** The name that it has once it is renamed, which comes first. */
const nameBetween = (from: NotNullFact, to: NotNullFact) =>
  from.attributes.name === to.attributes.name ? nameOf(from) : (nameOf(to) ?? nameOf(from));

const isForeign = (fact: NotNullFact, catalog: Catalog) => isKind(catalog.get(fact.parent), "foreign column");

const renameConstraint = (fact: NotNullFact, from: string | null, to: string | null) =>
  from === null || to === null || from === to
    ? []
    : [sql`${alterTable(fact)} RENAME CONSTRAINT ${name(from)} TO ${name(to)}`];

/** A name that no person chose. */
const ceded = ({ id }: NotNullFact) =>
  `dm_ceded_${createHash("sha256").update(id).digest("hex").slice(0, 12)}`;

const called = ({ attributes }: NotNullFact) => sql`CONSTRAINT ${name(attributes.name ?? undefined)}`;

/** NOT NULL as it stands in a column definition; a catalog tells whether its name is to be said. */
export function notNullClause(fact: NotNullFact, catalog?: Catalog, current?: Catalog): Sql {
  // The table that this one replaces has the name for now.
  const isTaken =
    (fact.attributes.name !== null && current?.has(fact.id) === true) || isNameHeld(fact, current, catalog);
  return clause(fact, false, catalog, isTaken);
}

function clause(fact: NotNullFact, column: Sql | false, catalog: Catalog | undefined, isTaken = false): Sql {
  const { validated, noInherit } = fact.attributes;
  return join(
    [
      (isTaken || !isNameImplied(fact, catalog)) && called(fact),
      sql`NOT NULL ${column}`,
      noInherit && raw("NO INHERIT"),
      !validated && raw("NOT VALID"),
    ],
    " ",
  );
}

const isPlain = (fact: NotNullFact, catalog: Catalog) =>
  isNameImplied(fact, catalog) && fact.attributes.validated && !fact.attributes.noInherit;

/**
 * Those of partitions that may stay when their parent's goes: a primary key made USING INDEX makes them the partition's own,
 * and nothing else tells that from those that come from the parent alone.
 */
function keptByKeys({ id }: NotNullFact, catalog: Catalog, wanted: Catalog): NotNullFact[] {
  return catalog.dependents(id).flatMap(({ from, type, via, local }) => {
    const fact = type === "inherits" ? catalog.get(from) : undefined;
    const staysAlone = local === true || via === undefined || !wanted.has(via);
    if (staysAlone && wanted.has(from)) return [];
    if (!isKind(fact, "not null") || !isKind(catalog.get(via), "partition")) return [];
    if (fact.parent === undefined || !wanted.has(fact.parent)) return [];
    const isOfKey = catalog.dependents(fact.id).some((edge) => isPrimaryKey(catalog.get(edge.from)));
    return [...(isOfKey ? [fact] : []), ...keptByKeys(fact, catalog, wanted)];
  });
}

const isPrimaryKey = (fact: Fact | undefined) =>
  isKind(fact, "constraint") && fact.attributes.type === "primary key";

/** Whether PostgreSQL gives it this name by itself. */
export function isNameImplied({ identity, attributes }: NotNullFact, catalog?: Catalog): boolean {
  if (attributes.name === null) return true;
  if (attributes.name !== impliedName(identity.on ?? "", identity.name ?? "")) return false;
  return (
    catalog === undefined || (constraintNames(catalog).get(`${identity.schema}.${attributes.name}`) ?? 0) < 2
  );
}

/** The same for the NOT NULL of a domain. */
export function isDomainNameImplied(
  { schema, name: domain }: Identity,
  own: string,
  catalog: Catalog,
): boolean {
  return (
    own === impliedDomainName(domain ?? "") && (constraintNames(catalog).get(`${schema}.${own}`) ?? 0) < 2
  );
}

const impliedName = (table: string, column: string) => fittedNames(table, column, "not_null");

const impliedDomainName = (domain: string) => fittedNames(domain, undefined, "not_null");

/**
 * Whether another table's constraint may have the name by then, so that PostgreSQL would choose another one: one that
 * inherited it and keeps it, until it is gone; or one of a table that stands, or is made by itself, and is then tied.
 */
function isNameHeld(
  { id, identity, attributes }: NotNullFact,
  current: Catalog | undefined,
  wanted: Catalog | undefined,
): boolean {
  if (attributes.name === null) return false;
  const holds = (other: NotNullFact) =>
    keptName(other) === attributes.name && other.id !== id && other.identity.schema === identity.schema;
  const isThereBefore = (other: NotNullFact) =>
    current?.has(other.id) === true ||
    wanted?.dependencies(other.id).some(({ type, local }) => type === "inherits" && local === true) === true;
  return (
    current !== undefined &&
    (current.ofKind("not null").some(holds) ||
      wanted?.ofKind("not null").some((other) => holds(other) && isThereBefore(other)) === true)
  );
}

const counted = new WeakMap<Catalog, ReadonlyMap<string, number>>();

/**
 * How often a name is a constraint's within a schema: PostgreSQL chooses none that another constraint has there
 * (pg_constraint.c, ChooseConstraintName).
 */
function constraintNames(catalog: Catalog): ReadonlyMap<string, number> {
  const known = counted.get(catalog);
  if (known !== undefined) return known;
  const numbers = new Map<string, number>();
  const add = (schema: string | undefined, constraint: string | null | undefined) =>
    numbers.set(`${schema}.${constraint}`, (numbers.get(`${schema}.${constraint}`) ?? 0) + 1);
  for (const fact of catalog.facts.values()) {
    const { schema, name: own } = fact.identity;
    if (isKind(fact, "not null")) add(schema, fact.attributes.name);
    else if (isKind(fact, "constraint") || isKind(fact, "domain constraint")) add(schema, own);
    else if (isKind(fact, "trigger") && fact.attributes.constraint) add(schema, own);
    else if (isKind(fact, "domain") && fact.attributes.notNull) {
      add(schema, fact.attributes.notNullName ?? impliedDomainName(own ?? ""));
    }
  }
  counted.set(catalog, numbers);
  return numbers;
}
