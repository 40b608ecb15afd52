import { canonicalJson } from "../../src/catalog/canonical.js";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Identity } from "../../src/catalog/identity.js";
import { isKindName, kindOf } from "../../src/kinds/index.js";
import type { Rename } from "../../src/plan/rename.js";
import type { Named, Relation, State } from "./model.js";
import type { Attribute } from "./sorts/types.js";

/** The kinds that what has an id may be, and its name. */
interface Bearer {
  readonly id: number;
  readonly kinds: readonly string[];
  readonly schema?: string;
  readonly on?: string;
  readonly name: string;
  /** It lies where what it belongs to lies. */
  readonly follows?: true;
}

const relationKinds = ["table", "view", "materialized view", "foreign table"];

/** Whatever has a name that it keeps when everything else about it changes. */
function bearers(state: State): Bearer[] {
  const { schemas, enums, domains, sequences, functions, relations, parts } = state;
  const nameOf = (id: number) => schemas.find((schema) => schema.id === id)?.name ?? "public";
  const inSchema = (kinds: readonly string[]) => (one: Named & { schema: number }) => ({
    id: one.id,
    kinds,
    schema: nameOf(one.schema),
    name: one.name,
  });
  return [
    ...schemas.map(({ id, name }) => ({ id, kinds: ["schema"], name })),
    ...enums.map(inSchema(["enum"])),
    ...domains.map(inSchema(["domain"])),
    ...sequences.filter(({ ownedBy }) => ownedBy === undefined).map(inSchema(["sequence"])),
    ...functions.map(inSchema(["function", "procedure"])),
    ...relations.map(inSchema(relationKinds)),
    ...parts.flatMap((part) => {
      const kinds = [part.sort, ...(part.sort === "base type" ? ["type"] : [])];
      return [
        { id: part.id, kinds, schema: nameOf(part.schema), name: part.name },
        { id: part.id, kinds, name: part.name },
        ...attributesOf(part).map(({ id, name }) => ({
          id,
          kinds: ["attribute"],
          schema: nameOf(part.schema),
          on: part.name,
          name,
        })),
      ];
    }),
    ...relations.flatMap((relation) => partsOf(relation, nameOf(relation.schema))),
  ];
}

function attributesOf({ choice }: State["parts"][number]): readonly Attribute[] {
  return (choice.attributes ?? []) as readonly Attribute[];
}

function partsOf(relation: Relation, schema: string): Bearer[] {
  const on = relation.name;
  const own = (kinds: readonly string[]) => (one: { readonly id: number; name?: string }) =>
    one.name === undefined ? [] : [{ id: one.id, kinds, schema, on, name: one.name }];
  return [
    ...relation.columns.flatMap(own(["column", "foreign column"])),
    ...[...relation.keys, ...relation.checks, ...relation.foreignKeys].flatMap(own(["constraint"])),
    ...relation.triggers.flatMap(own(["trigger"])),
    ...relation.policies.flatMap(own(["policy"])),
    ...relation.selected.flatMap(own(["view column"])),
    ...relation.indexes.map(({ id, name }) => ({
      id,
      kinds: ["index"],
      schema,
      name,
      follows: true as const,
    })),
  ];
}

/** What a person would annotate: things that have another name in the second state, or lie in another schema. */
export function renamesBetween(a: State, b: State, before: Catalog, after: Catalog): readonly Rename[] {
  const then = bearers(a);
  return bearers(b).flatMap((now) => {
    const was = then.find(
      ({ id, kinds, schema }) =>
        id === now.id && kinds[0] === now.kinds[0] && (schema === undefined) === (now.schema === undefined),
    );
    if (was === undefined) return [];
    const [from, to] = [identityOf(before, was), identityOf(after, now)];
    if (from === undefined || to === undefined || from.kind !== to.kind) return [];
    if (canonicalJson(from.args ?? null) !== canonicalJson(to.args ?? null)) return [];
    if (isKindName(to.kind) && kindOf(to.kind).rename === undefined) return [];
    const isInside = now.on !== undefined || now.follows === true;
    const isMoved = !isInside && was.schema !== undefined && schemaId(a, was) !== schemaId(b, now);
    if (was.name === now.name && !isMoved) return [];
    const schema = b.schemas.find(({ id }) => id === schemaId(a, was))?.name ?? was.schema;
    return [{ from: { ...to, name: was.name, ...(isMoved && schema !== undefined ? { schema } : {}) }, to }];
  });
}

function schemaId(state: State, { schema }: Bearer): number | undefined {
  return state.schemas.find(({ name }) => name === schema)?.id;
}

function identityOf(catalog: Catalog, { kinds, schema, on, name }: Bearer): Identity | undefined {
  for (const { identity } of catalog.facts.values()) {
    if (
      kinds.includes(identity.kind) &&
      identity.schema === schema &&
      identity.on === on &&
      identity.name === name &&
      identity.of === undefined
    )
      return identity;
  }
  return undefined;
}

/** The identity after these renames, its schema's, its table's and its own. */
export function afterRenames(renames: readonly Rename[]): (identity: Identity) => Identity {
  return (identity) => {
    let now = identity;
    for (const { from, to } of renames) {
      if (from.kind === "schema" && now.schema === from.name && to.name !== undefined)
        now = { ...now, schema: to.name };
    }
    for (const { from, to } of renames) {
      const isTable = relationKinds.includes(from.kind);
      if (isTable && now.on === from.name && now.schema === from.schema && to.name !== undefined)
        now = { ...now, on: to.name, ...(to.schema === undefined ? {} : { schema: to.schema }) };
    }
    const own = renames.find(
      ({ from }) =>
        from.kind === now.kind && from.schema === now.schema && from.on === now.on && from.name === now.name,
    );
    return own?.to ?? now;
  };
}
