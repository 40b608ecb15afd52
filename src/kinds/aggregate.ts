import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, operatorName, ref, refs } from "./query.js";

/** CREATE AGGREGATE: normal, ordered-set or hypothetical-set, with or without a moving form. */
export interface Aggregate {
  readonly type: "normal" | "ordered set" | "hypothetical set";
  /** Modes, names and types, `*` for none, as they stand in CREATE AGGREGATE. */
  readonly parameters: string;
  readonly result: string;
  /** `SFUNC = …` and so on, in the order of the manual; defaults are left out. */
  readonly options: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    aggregate: Aggregate;
  }
}

/** `name(argument types)`: how every command but CREATE names an aggregate, whatever its kind. */
function aggregateName({ schema, name: aggregate, args }: Identity): Sql {
  const types = args === undefined || args.length === 0 ? "*" : args.join(", ");
  return raw(`${name(schema, aggregate).text}(${types})`);
}

const create = (verb: string, { identity, attributes }: Fact<"aggregate">) =>
  raw(
    `${verb} AGGREGATE ${name(identity.schema, identity.name).text}(${attributes.parameters})` +
      ` (${attributes.options.join(", ")})`,
  );

const option = (keyword: string, value: string) => `'${keyword} = ' || ${value}`;
const routine = (keyword: string, column: string) => option(keyword, `nullif(a.${column}, 0)::regproc::text`);
const when = (condition: string, text: string) => `CASE WHEN ${condition} THEN ${text} END`;

/** Whether a final function may change its state; the default depends on the kind of aggregate. */
const modifies = (keyword: string, column: string, fn: string) =>
  when(
    `a.${fn} <> 0 AND a.${column} <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END`,
    `'${keyword} = ' || CASE a.${column} WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END`,
  );

const optionList = [
  routine("SFUNC", "aggtransfn"),
  option("STYPE", "format_type(a.aggtranstype, NULL)"),
  when("a.aggtransspace <> 0", option("SSPACE", "a.aggtransspace")),
  routine("FINALFUNC", "aggfinalfn"),
  when("a.aggfinalextra", "'FINALFUNC_EXTRA'"),
  modifies("FINALFUNC_MODIFY", "aggfinalmodify", "aggfinalfn"),
  routine("COMBINEFUNC", "aggcombinefn"),
  routine("SERIALFUNC", "aggserialfn"),
  routine("DESERIALFUNC", "aggdeserialfn"),
  option("INITCOND", "quote_literal(a.agginitval)"),
  routine("MSFUNC", "aggmtransfn"),
  routine("MINVFUNC", "aggminvtransfn"),
  when("a.aggmtranstype <> 0", option("MSTYPE", "format_type(a.aggmtranstype, NULL)")),
  when("a.aggmtransspace <> 0", option("MSSPACE", "a.aggmtransspace")),
  routine("MFINALFUNC", "aggmfinalfn"),
  when("a.aggmfinalextra", "'MFINALFUNC_EXTRA'"),
  modifies("MFINALFUNC_MODIFY", "aggmfinalmodify", "aggmfinalfn"),
  option("MINITCOND", "quote_literal(a.aggminitval)"),
  option("SORTOP", operatorName("a.aggsortop")),
  when(
    "p.proparallel <> 'u'",
    option("PARALLEL", "CASE p.proparallel WHEN 's' THEN 'SAFE' ELSE 'RESTRICTED' END"),
  ),
  when("a.aggkind = 'h'", "'HYPOTHETICAL'"),
];

export const aggregate = defineKind({
  name: "aggregate",
  query: () => `
    SELECT n.nspname AS schema, p.proname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           (SELECT coalesce(json_agg(format_type(t, NULL) ORDER BY i), '[]')
            FROM unnest(p.proargtypes) WITH ORDINALITY AS u(t, i)) AS args,
           ${refs(ref("pg_proc", "p.oid"))} AS refs,
           json_build_object(
             'type', CASE a.aggkind WHEN 'n' THEN 'normal' WHEN 'o' THEN 'ordered set' ELSE 'hypothetical set' END,
             'parameters', coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'),
             'result', pg_get_function_result(p.oid),
             'options', to_json(array_remove(ARRAY[
               ${optionList.join(",\n               ")}], NULL))
           ) AS attributes
    FROM pg_aggregate a
    JOIN pg_proc p ON p.oid = a.aggfnoid
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`AGGREGATE ${aggregateName(id)}`,
  // Functions, procedures and aggregates share one name space.
  occupies: ({ identity }) => [
    `routine ${identity.schema}.${identity.name}(${(identity.args ?? []).join(", ")})`,
  ],
  create: (fact) => [create("CREATE", fact)],
  drop: ({ identity }) => [sql`DROP AGGREGATE ${aggregateName(identity)}`],
  alter: [
    {
      // The kind, the result and the names of arguments stay (manual, CREATE AGGREGATE).
      of: ["options"],
      sql: (_, to) => create("CREATE OR REPLACE", to),
    },
  ],
  isNamedByCode: true,
  rename: (from, to) => [
    ...(from.schema === to.schema
      ? []
      : [sql`ALTER AGGREGATE ${aggregateName(from)} SET SCHEMA ${name(to.schema)}`]),
    ...(from.name === to.name
      ? []
      : [
          sql`ALTER AGGREGATE ${aggregateName({ ...from, ...to, name: from.name ?? "" })} RENAME TO ${name(to.name)}`,
        ]),
  ],
});
