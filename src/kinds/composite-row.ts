import { sameValue } from "../catalog/canonical.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { castBetween } from "./cast.js";
import type { AlterContext } from "./define.js";

/**
 * The value of a column whose composite type is replaced by one with other attributes, each taken over by its name.
 * Undefined where the text form of the old value, which goes by position, is one of the new type, too.
 */
export function rowOfReplacedType(
  from: Fact<"column">,
  to: Fact<"column">,
  { current, wanted }: Pick<AlterContext, "current" | "wanted">,
): Sql | undefined {
  const before = current
    .dependencies(from.id)
    .map((edge) => current.get(edge.to))
    .filter((fact) => isKind(fact, "composite type"))
    .find(({ identity }) => name(identity.schema, identity.name).text === to.attributes.type);
  const after = before && wanted.find(before.identity);
  if (after === undefined || sameValue(before?.attributes, after.attributes)) return undefined;
  const column = name(to.identity.name);
  const values = wanted.childrenOfKind(after.id, "attribute").map(({ identity, attributes: { type } }) => {
    const old = current.find(identity);
    if (old === undefined) return sql`NULL::${raw(type)}`;
    const byText = castBetween(old.attributes.type, type) === "by text" && old.attributes.type !== type;
    return sql`(${column}).${name(identity.name)}${byText && raw("::text")}::${raw(type)}`;
  });
  // A row of nulls is not the null that IS NULL would take it for (manual, Comparison Predicates).
  const row = sql`ROW(${join(values)})::${raw(to.attributes.type)}`;
  return sql`CASE WHEN ${column} IS NOT DISTINCT FROM NULL THEN NULL ELSE ${row} END`;
}
