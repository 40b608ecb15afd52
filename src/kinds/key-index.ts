import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { name } from "../sql/sql.js";
import { printedList } from "./printed-list.js";

/**
 * Whether its index comes with it alone, and no CREATE INDEX makes one like it: an exclusion constraint's, and that of a key
 * WITHOUT OVERLAPS, which excludes by another operator than equality (manual, CREATE TABLE, UNIQUE).
 */
export function isExclusive({ attributes: { type, definition } }: Fact<"constraint">): boolean {
  const isKey = type === "primary key" || type === "unique";
  return type === "exclusion" || (isKey && printedList(definition).items.some((one) => one.endsWith(period)));
}

const period = " WITHOUT OVERLAPS";

/**
 * The index that would serve a primary key or unique constraint, by its name and shape: ADD … USING INDEX takes it as it
 * is (manual, ALTER TABLE, ADD table_constraint_using_index). Nothing for other constraints, nor where no index can stand
 * by itself.
 */
export function indexOfKey(key: Fact<"constraint">): Fact<"index"> | undefined {
  const { identity, parent, attributes } = key;
  const { type, definition, options, tablespace } = attributes;
  if (parent === undefined || (type !== "primary key" && type !== "unique") || isExclusive(key))
    return undefined;
  const [, nulls = "", columns, include = ""] =
    /^(?:PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? (\(.*?\))( INCLUDE \(.*\))?$/s.exec(definition) ?? [];
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

/** Of a partitioned table's index no storage parameter can be altered (tablecmds.c, ATPrepCmd). */
export function isPartitioned(table: FactId | undefined, catalog: Catalog): boolean {
  const fact = catalog.get(table);
  return isKind(fact, "table") && fact.attributes.partitionBy !== null;
}

/**
 * Whether PostgreSQL may take the wrong ones of the partitions' indexes for parts of this one: it takes the first that
 * is on the same columns, in whatever direction (indexcmds.c, CompareIndexInfo).
 */
export function isAmbiguous(fact: Fact<"index">, catalog: Catalog): boolean {
  // What a foreign key or a key of a partition needs is there before the partition is tied.
  const needed = catalog.dependents(fact.id).filter(({ type }) => type !== "inherits");
  if (needed.some(({ from }) => isKind(catalog.get(from), "constraint"))) return false;
  return heirsOf(fact, catalog).some((heir) => isAmbiguous(heir, catalog) || hasTwin(heir, catalog));
}

/**
 * Whether an index or key of a partitioned table might take `part`, of a table that is attached, for its own: it takes the
 * oldest that fits, a key only one of its type (tablecmds.c, AttachPartitionEnsureIndexes).
 */
export function takesIn(above: Fact, part: Fact): boolean {
  const [wanted, offered] = [indexBehind(above), indexBehind(part)];
  if (wanted === undefined || offered === undefined || shape(wanted) !== shape(offered)) return false;
  if (!isKind(above, "constraint")) return true;
  return isKind(part, "constraint") && part.attributes.type === above.attributes.type;
}

function indexBehind(fact: Fact): Fact<"index"> | undefined {
  if (isKind(fact, "constraint")) return indexOfKey(fact);
  return isKind(fact, "index") ? fact : undefined;
}

function heirsOf({ id }: Fact<"index">, catalog: Catalog): Fact<"index">[] {
  return catalog.dependents(id).flatMap(({ from, type }) => {
    const heir = type === "inherits" ? catalog.get(from) : undefined;
    return heir === undefined ? [] : (indexBehind(heir) ?? []);
  });
}

function hasTwin(fact: Fact<"index">, catalog: Catalog): boolean {
  if (fact.parent === undefined) return false;
  const others = [
    ...catalog.childrenOfKind(fact.parent, "index"),
    ...catalog.childrenOfKind(fact.parent, "constraint").flatMap((key) => indexOfKey(key) ?? []),
  ];
  return others.some((other) => other.id !== fact.id && shape(other) === shape(fact));
}

const shape = ({ attributes: { unique, definition } }: Fact<"index">) =>
  `${unique} ${definition.replaceAll(/ (?:DESC|NULLS FIRST|NULLS LAST)\b/g, "")}`;
