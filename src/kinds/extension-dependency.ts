import type { Fact } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind, type RenderContext } from "./define.js";
import { ref } from "./query.js";

/** ALTER … DEPENDS ON EXTENSION: what DROP EXTENSION takes along although it is no member. The name is the extension's. */
export type ExtensionDependency = Readonly<Record<string, never>>;

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "extension dependency": ExtensionDependency;
  }
}

function alter(
  { identity: { name: extension, of } }: Fact<"extension dependency">,
  verb: string,
  { address }: Pick<RenderContext, "address">,
): Sql {
  if (of === undefined) throw new Error("a dependency on an extension without a target");
  // Of a constraint it is the index behind it, of an aggregate the routine (manual, ALTER INDEX, ALTER ROUTINE).
  const noun = of.kind === "constraint" ? sql`INDEX ${name(of.schema, of.name)}` : address(of);
  return sql`ALTER ${raw(noun.text.replace(/^AGGREGATE /, "ROUTINE "))} ${raw(verb)} ON EXTENSION ${name(extension)}`;
}

export const extensionDependency = defineKind({
  name: "extension dependency",
  query: () => `
    SELECT json_build_array(d.classid::regclass::text, d.objid::int8, d.objsubid) AS target, x.extname AS name,
           json_build_array(${ref("pg_extension", "x.oid")}) AS needs, '{}'::json AS attributes
    FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
    WHERE d.deptype = 'x' AND d.refclassid = 'pg_extension'::regclass AND d.objid >= 16384`,
  create: (fact, context) => [alter(fact, "DEPENDS", context)],
  drop: (fact, context) => [alter(fact, "NO DEPENDS", context)],
  alter: [],
});
