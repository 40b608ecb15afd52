import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind, type Kind } from "./define.js";
import { cameWithType, isUserSchema, ref, refs } from "./query.js";
import { shellRef, typeFunctions } from "./type.js";

/**
 * CREATE FUNCTION and CREATE PROCEDURE. `definition` has every attribute, as pg_get_functiondef() prints it, from
 * the argument list on; the rest tells whether CREATE OR REPLACE can change it.
 */
export interface Routine {
  readonly definition: string;
  /** What it returns, as pg_get_function_result() prints it. */
  readonly result: string | null;
  /** Modes and names of the arguments, and the types of those that are not in its identity. */
  readonly parameters: readonly string[];
  readonly window: boolean;
  /** How many arguments have defaults. */
  readonly defaults: number;
  /** Text bodies name their objects by search path at run time: PostgreSQL tracks no dependencies for them. */
  readonly language: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    function: Routine;
    procedure: Routine;
  }
}

/** `name(argument types)`: how every command but CREATE names a routine. */
export function routineName({ schema, name: routine, args }: Identity): Sql {
  return raw(`${name(schema, routine).text}(${(args ?? []).join(", ")})`);
}

const create = ({ identity, attributes }: Fact<"function" | "procedure">, verb: string) =>
  raw(
    `${verb} ${identity.kind.toUpperCase()} ${name(identity.schema, identity.name).text}${attributes.definition}`,
  );

function defineRoutine<K extends "function" | "procedure">(kind: K, prokinds: string): Kind<K> {
  const keyword = raw(kind.toUpperCase());
  return defineKind<K>({
    name: kind,
    query: () => `
      SELECT n.nspname AS schema, p.proname AS name, CASE WHEN f.type IS NULL THEN ${ref("pg_namespace", "n.oid")} ELSE ${shellRef("f.type")} END AS parent,
             CASE WHEN f.type IS NOT NULL THEN ${refs(ref("pg_type", "f.type"))} END AS "ofParts",
             (SELECT coalesce(json_agg(format_type(t, NULL) ORDER BY i), '[]')
              FROM unnest(p.proargtypes) WITH ORDINALITY AS a(t, i)) AS args,
             ${refs(ref("pg_proc", "p.oid"))} AS refs,
             json_build_object(
               'definition', rtrim(substr(pg_get_functiondef(p.oid),
                 length('CREATE OR REPLACE ${kind.toUpperCase()} ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname)) + 1), E'\\n'),
               'result', pg_get_function_result(p.oid),
               'parameters', (SELECT coalesce(json_agg(coalesce(p.proargmodes[i], 'i')::text || ' ' || coalesce(p.proargnames[i], '') ||
                                CASE WHEN p.proargmodes[i] = 'o' THEN ' ' || format_type(p.proallargtypes[i], NULL) ELSE '' END ORDER BY i), '[]')
                              FROM generate_series(1, coalesce(array_length(p.proallargtypes, 1), p.pronargs)) i),
               'window', p.prokind = 'w',
               'defaults', p.pronargdefaults,
               'language', l.lanname
             ) AS attributes
      FROM pg_proc p
      JOIN pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_language l ON l.oid = p.prolang
      -- A function that its type's definition names is made for the type's shell and goes with the type.
      LEFT JOIN (${typeFunctions}) f ON f.function = p.oid
      WHERE p.prokind IN (${prokinds}) AND ${isUserSchema("n")} AND NOT ${cameWithType("p.oid")}`,
    address: (id) => sql`${keyword} ${routineName(id)}`,
    // Functions, procedures and aggregates share one name space.
    occupies: ({ identity }) => [
      `routine ${identity.schema}.${identity.name}(${(identity.args ?? []).join(", ")})`,
    ],
    create: (fact) => [create(fact, "CREATE")],
    drop: ({ identity }) => [sql`DROP ${keyword} ${routineName(identity)}`],
    goesAside: () => true,
    alter: [
      {
        of: ["definition", "result", "parameters", "window", "defaults", "language"],
        when: (from, to) => canReplace(from.attributes, to.attributes),
        sql: (_, to) => create(to, "CREATE OR REPLACE"),
      },
    ],
    // What triggers run nobody else can call (manual, Overview of Trigger Functions).
    isNamedByCode: ({ attributes: { result } }) => result !== "trigger" && result !== "event_trigger",
    asksMore: (from, to) =>
      from === undefined || to === undefined || from.attributes.result === to.attributes.result
        ? undefined
        : { what: `${to.id} returns ${to.attributes.result ?? "nothing"}`, attribute: "result" },
    body: ({ attributes: { definition, language } }) => {
      const text = /\nAS (\$\w*\$)(.*)\1$/s.exec(definition)?.[2];
      return text === undefined ? undefined : { language, text };
    },
    access: ({ attributes: { definition } }) =>
      /\bSECURITY DEFINER\b/.test(routineHead(definition)) ? "SECURITY DEFINER" : undefined,
    rename: (from, to) => [
      ...(from.schema === to.schema
        ? []
        : [sql`ALTER ${keyword} ${routineName(from)} SET SCHEMA ${name(to.schema)}`]),
      ...(from.name === to.name
        ? []
        : [
            sql`ALTER ${keyword} ${routineName({ ...from, ...to, name: from.name ?? "" })} RENAME TO ${name(to.name)}`,
          ]),
    ],
  });
}

/** Everything before the body. */
export function routineHead(definition: string): string {
  const body = definition.search(/\n(?:AS |BEGIN ATOMIC|RETURN )/);
  return body === -1 ? definition : definition.slice(0, body);
}

/**
 * The result type, the sort of function and the names of arguments stay, and no default goes; an argument without a name may get one
 * (manual, CREATE FUNCTION, Notes).
 */
function canReplace(from: Routine, to: Routine): boolean {
  return (
    from.result === to.result &&
    from.window === to.window &&
    from.defaults <= to.defaults &&
    from.parameters.length === to.parameters.length &&
    from.parameters.every((parameter, at) => {
      const after = to.parameters[at] ?? "";
      return parameter === after || (parameter === "i " && after.startsWith("i "));
    })
  );
}

export const functionKind = defineRoutine("function", "'f', 'w'");
export const procedure = defineRoutine("procedure", "'p'");
