import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { name } from "../sql/sql.js";

/**
 * The index that would serve a primary key or unique constraint, by its name and shape: ADD … USING INDEX takes it as it
 * is (manual, ALTER TABLE, ADD table_constraint_using_index). Nothing for other constraints.
 */
export function indexOfKey({ identity, parent, attributes }: Fact<"constraint">): Fact<"index"> | undefined {
  const { type, definition, options, tablespace } = attributes;
  if (parent === undefined || (type !== "primary key" && type !== "unique")) return undefined;
  const [, nulls = "", columns, include = ""] =
    /^(?:PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? (\(.*?\))( INCLUDE \(.*\))?$/.exec(definition) ?? [];
  if (columns === undefined) return undefined;
  const { schema, on, name: own } = identity;
  const index: Identity<"index"> = { kind: "index", ...(schema && { schema }), ...(own && { name: own }) };
  return {
    identity: index,
    id: factId(index),
    parent,
    attributes: {
      unique: true,
      table: name(schema, on).text,
      definition: `USING btree ${columns}${include}${nulls}`,
      options,
      tablespace,
      statistics: {},
      valid: true,
      attached: null,
    },
  };
}

/** What stands in the current state and can become the key's. An index of another shape prints otherwise. */
export function adoptedIndex(key: Fact<"constraint">, current: Catalog): FactId | undefined {
  const index = indexOfKey(key);
  const found = index && current.get(index.id);
  if (index === undefined || found === undefined) return undefined;
  return found.parent === index.parent && sameValue(found.attributes, index.attributes)
    ? index.id
    : undefined;
}
