import type { Identity } from "../catalog/identity.js";
import { raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs, routineSignature } from "./query.js";

/** CREATE CAST. */
export interface CastFunction {
  /** The function with its argument types, `inout` or `binary`. */
  readonly method: { readonly function: string } | "inout" | "binary";
  readonly context: "explicit" | "assignment" | "implicit";
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    cast: CastFunction;
  }
}

function castName({ args }: Identity): Sql {
  const [source = "", target = ""] = args ?? [];
  return sql`CAST (${raw(source)} AS ${raw(target)})`;
}

export const cast = defineKind({
  name: "cast",
  query: () => `
    SELECT json_build_array(format_type(c.castsource, NULL), format_type(c.casttarget, NULL)) AS args,
           ${refs(ref("pg_cast", "c.oid"))} AS refs,
           json_build_object(
             'method', CASE c.castmethod WHEN 'f' THEN json_build_object('function', ${routineSignature("c.castfunc")})
                                         WHEN 'i' THEN to_json('inout'::text) ELSE to_json('binary'::text) END,
             'context', CASE c.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END
           ) AS attributes
    FROM pg_cast c
    WHERE c.oid >= 16384 AND NOT EXISTS (
      -- From a range to its multirange: it comes with them.
      SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')`,
  address: castName,
  occupies: ({ id }) => [id],
  create: ({ identity, attributes: { method, context } }) => [
    sql`CREATE ${castName(identity)} ${
      method === "inout"
        ? raw("WITH INOUT")
        : method === "binary"
          ? raw("WITHOUT FUNCTION")
          : sql`WITH FUNCTION ${raw(method.function)}`
    } ${context !== "explicit" && raw(`AS ${context.toUpperCase()}`)}`,
  ],
  drop: ({ identity }) => [sql`DROP ${castName(identity)}`],
  alter: [],
});
