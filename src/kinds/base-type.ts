import { sameValue } from "../catalog/canonical.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { type AlterContext, defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { shellRef } from "./type.js";

/** CREATE TYPE … (INPUT = …, OUTPUT = …): what defines the type of the same name. */
export interface BaseType {
  readonly input: string;
  readonly output: string;
  readonly receive: string | null;
  readonly send: string | null;
  readonly typmodIn: string | null;
  readonly typmodOut: string | null;
  readonly analyze: string | null;
  readonly subscript: string | null;
  /** In bytes; -1 for a variable length, -2 for a string that ends with a null byte. */
  readonly internalLength: number;
  readonly passedByValue: boolean;
  readonly alignment: "char" | "int2" | "int4" | "double";
  readonly storage: "plain" | "external" | "extended" | "main";
  readonly category: string;
  readonly preferred: boolean;
  readonly default: string | null;
  readonly element: string | null;
  readonly delimiter: string;
  readonly collatable: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "base type": BaseType;
  }
}

type BaseTypeFact = Fact<"base type">;

/** A function's name, NULL for none. */
const routine = (column: string) => `nullif(t.${column}::oid, 0)::regproc`;

/** What ALTER TYPE … SET can change, and the words for it. */
const settings = {
  receive: "RECEIVE",
  send: "SEND",
  typmodIn: "TYPMOD_IN",
  typmodOut: "TYPMOD_OUT",
  analyze: "ANALYZE",
  subscript: "SUBSCRIPT",
  storage: "STORAGE",
} as const;
type Setting = keyof typeof settings;
const settable: readonly Setting[] = [
  "receive",
  "send",
  "typmodIn",
  "typmodOut",
  "analyze",
  "subscript",
  "storage",
];

const given = (setting: Setting, { attributes }: BaseTypeFact): Sql =>
  sql`${raw(settings[setting])} = ${raw(attributes[setting] ?? "NONE")}`;

export const baseType = defineKind({
  name: "base type",
  query: () => `
    SELECT n.nspname AS schema, t.typname AS name, ${shellRef("t.oid")} AS parent,
           ${refs(ref("pg_type", "t.oid"), ref("pg_type", "t.typarray"))} AS refs,
           json_build_object(
             'input', ${routine("typinput")},
             'output', ${routine("typoutput")},
             'receive', ${routine("typreceive")},
             'send', ${routine("typsend")},
             'typmodIn', ${routine("typmodin")},
             'typmodOut', ${routine("typmodout")},
             'analyze', ${routine("typanalyze")},
             'subscript', ${routine("typsubscript")},
             'internalLength', t.typlen,
             'passedByValue', t.typbyval,
             'alignment', CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
             'storage', CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' ELSE 'main' END,
             'category', t.typcategory,
             'preferred', t.typispreferred,
             'default', t.typdefault,
             'element', CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END,
             'delimiter', t.typdelim,
             'collatable', t.typcollation <> 0
           ) AS attributes
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid) AND ${isUserSchema("n")}`,
  address: (id) => sql`TYPE ${name(id.schema, id.name)}`,
  create: (fact) => [
    sql`CREATE TYPE ${name(fact.identity.schema, fact.identity.name)} (
  ${join(definition(fact), ",\n  ")}
)`,
  ],
  // Only whole: its type goes with it.
  drop: ({ identity }) => [sql`DROP TYPE ${name(identity.schema, identity.name)} CASCADE`],
  needsNewParent: ({ id }, { current }) => current.has(id),
  goesAside: () => true,
  alter: [
    {
      of: settable,
      // What was made for values in place has no room for others (manual, ALTER TYPE, SET).
      when: ({ attributes: from }, { attributes: to }) =>
        from.storage === to.storage || (to.storage !== "plain" && to.internalLength === -1),
      sql: (from, to, context) => {
        const changed = settable.filter((one) => !sameValue(from.attributes[one], to.attributes[one]));
        return [
          sql`ALTER TYPE ${name(to.identity.schema, to.identity.name)} SET (${join(changed.map((one) => given(one, to)))})`,
          ...(changed.includes("storage") ? columnsOf(to, context).map((column) => storeAs(column, to)) : []),
        ];
      },
    },
  ],
});

/** The columns of the type, or of a domain over it, that are stored as the type says: they do not follow it. */
function columnsOf({ id }: Fact, context: AlterContext): Fact<"column">[] {
  const { current, wanted } = context;
  return current.dependents(id).flatMap(({ from }) => {
    const [before, after] = [current.get(from), wanted.get(from)];
    if (isKind(before, "domain")) return columnsOf(before, context);
    if (!isKind(before, "column") || !isKind(after, "column")) return [];
    return before.attributes.type.endsWith("[]") || after.attributes.storage !== null ? [] : [after];
  });
}

const storeAs = ({ identity }: Fact<"column">, { attributes }: BaseTypeFact) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)} ALTER COLUMN ${name(identity.name)} SET STORAGE ${raw(attributes.storage)}`;

/** What differs from what CREATE TYPE takes when it is told nothing (manual, CREATE TYPE, Parameters). */
function definition(fact: BaseTypeFact): (Sql | false)[] {
  const { attributes } = fact;
  return [
    sql`INPUT = ${raw(attributes.input)}`,
    sql`OUTPUT = ${raw(attributes.output)}`,
    ...settable.map((one) => one !== "storage" && attributes[one] !== null && given(one, fact)),
    sql`INTERNALLENGTH = ${raw(attributes.internalLength === -1 ? "VARIABLE" : String(attributes.internalLength))}`,
    attributes.passedByValue && raw("PASSEDBYVALUE"),
    attributes.alignment !== "int4" && sql`ALIGNMENT = ${raw(attributes.alignment)}`,
    attributes.storage !== "plain" && given("storage", fact),
    attributes.category !== "U" && sql`CATEGORY = ${literal(attributes.category)}`,
    attributes.preferred && raw("PREFERRED = true"),
    attributes.default !== null && sql`DEFAULT = ${literal(attributes.default)}`,
    attributes.element !== null && sql`ELEMENT = ${raw(attributes.element)}`,
    attributes.delimiter !== "," && sql`DELIMITER = ${literal(attributes.delimiter)}`,
    attributes.collatable && raw("COLLATABLE = true"),
  ];
}
