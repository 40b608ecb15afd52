import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { EnumEntry, SchemaDocument, TableEntry } from "../desired/yaml/document.js";
import { isNameImplied } from "../kinds/not-null.js";
import {
  type ColumnParts,
  columnEntry,
  constraintEntry,
  indexEntry,
  type NothingElse,
  optionsEntry,
  present,
} from "./yaml-parts.js";

/** A definition in YAML, and the facts that it says. What else hangs on the object is SQL's to say. */
export interface YamlDefinition {
  readonly document: SchemaDocument;
  readonly says: ReadonlySet<FactId>;
}

/** The object in YAML, if YAML has words for it. */
export function yamlDefinition(fact: Fact | undefined, catalog: Catalog): YamlDefinition | undefined {
  const name = fact?.identity.name;
  if (fact === undefined || name === undefined || isTroublesome(name)) return undefined;
  if (isKind(fact, "enum")) return enumDefinition(fact, catalog, keyOf(name));
  return isKind(fact, "table") ? tableDefinition(fact, catalog, keyOf(name)) : undefined;
}

function enumDefinition(fact: Fact<"enum">, catalog: Catalog, key: string): YamlDefinition {
  const says = new Set([fact.id]);
  const say = sayIn(catalog, says);
  const entry: EnumEntry = present({
    values: [...fact.attributes.labels],
    comment: say.comment(fact),
    owner: say.owner(fact),
  });
  const isShort = entry.comment === undefined && entry.owner === undefined;
  return { document: inSchema(fact, { enums: { [key]: isShort ? entry.values : entry } }), says };
}

function tableDefinition(fact: Fact<"table">, catalog: Catalog, key: string): YamlDefinition | undefined {
  const { persistence, options, tablespace, accessMethod, partitionBy, ...rest } = fact.attributes;
  rest satisfies NothingElse;
  const says = new Set([fact.id]);
  const say = sayIn(catalog, says);
  const columns = columnEntries(fact, catalog, says);
  if (columns === undefined || (accessMethod ?? "heap") !== "heap" || isInCircle(fact, catalog))
    return undefined;
  const entry: TableEntry = {
    comment: say.comment(fact),
    columns,
    ...constraintEntries(fact, catalog, says),
    indexes: indexEntries(fact, catalog, says),
    row_security: rowSecurityEntry(fact, catalog, says),
    replica_identity: replicaIdentityEntry(fact, catalog, says),
    partition_by: partitionBy ?? undefined,
    unlogged: persistence === "unlogged" ? true : undefined,
    with: options.length === 0 ? undefined : optionsEntry(options),
    tablespace: tablespace ?? undefined,
    owner: say.owner(fact),
    grants: grantEntries(fact, catalog, says),
  };
  return { document: inSchema(fact, { tables: { [key]: present(entry) } }), says };
}

/** Whether a part of the table needs what needs the table, as a check does whose function takes its rows. */
function isInCircle(table: Fact, catalog: Catalog): boolean {
  const parts = [table, ...catalog.children(table.id)].flatMap((part) => [
    part,
    ...catalog.children(part.id),
  ]);
  const within = new Set(parts.map(({ id }) => id));
  const seen = new Set<FactId>();
  const reaches = (id: FactId): boolean =>
    catalog.dependencies(id).some(({ to, type }) => {
      if (type === "owned" || seen.has(to)) return false;
      seen.add(to);
      return within.has(to) || reaches(to);
    });
  return parts
    .filter((part) => isKind(part, "column") || isKind(part, "default") || isKind(part, "constraint"))
    .flatMap(({ id }) => catalog.dependencies(id))
    .some(({ to, type }) => type !== "owned" && !within.has(to) && reaches(to));
}

function columnEntries(table: Fact, catalog: Catalog, says: Set<FactId>): TableEntry["columns"] | undefined {
  const entries: [string, NonNullable<TableEntry["columns"]>[string]][] = [];
  for (const column of catalog.childrenOfKind(table.id, "column")) {
    const [defaultFact] = catalog.childrenOfKind(column.id, "default");
    const [notNull] = catalog.childrenOfKind(column.id, "not null");
    const entry = columnEntry(column, {
      default: defaultFact,
      notNull: notNull !== undefined && notNullEntry(notNull, catalog),
      comment: sayIn(catalog, says).comment(column),
    });
    const name = column.identity.name ?? "";
    if (entry === undefined || isTroublesome(name)) return undefined;
    entries.push([name, entry]);
    says.add(column.id);
    if (defaultFact !== undefined) says.add(defaultFact.id);
    if (notNull !== undefined) says.add(notNull.id);
  }
  return Object.fromEntries(entries);
}

function notNullEntry(fact: Fact<"not null">, catalog: Catalog): ColumnParts["notNull"] {
  const { name, validated, noInherit, ...rest } = fact.attributes;
  rest satisfies NothingElse;
  const said = isNameImplied(fact, catalog) ? undefined : (name ?? undefined);
  if (validated && !noInherit) return said ?? true;
  return {
    ...(said === undefined ? {} : { name: said }),
    ...(noInherit ? { no_inherit: true } : {}),
    ...(validated ? {} : { not_valid: true }),
  };
}

function constraintEntries(table: Fact, catalog: Catalog, says: Set<FactId>): Partial<TableEntry> {
  // In this order they stand in the file.
  const groups: Partial<TableEntry> = {
    primary_key: undefined,
    unique: undefined,
    checks: undefined,
    foreign_keys: undefined,
    exclusions: undefined,
  };
  const keys = new Set<string>();
  for (const constraint of catalog.childrenOfKind(table.id, "constraint")) {
    // Of two keys alike CREATE TABLE makes one (transformIndexConstraints in parse_utilcmd.c).
    const key = keyText(constraint);
    if (key !== undefined && keys.has(key)) continue;
    if (key !== undefined) keys.add(key);
    const saysAlso = new Set([constraint.id]);
    const entry = constraintEntry(constraint, sayIn(catalog, saysAlso).comment(constraint));
    if (entry === undefined || isTroublesome(constraint.identity.name ?? "")) continue;
    for (const id of saysAlso) says.add(id);
    if (entry.primary_key !== undefined) groups.primary_key = entry.primary_key;
    if (entry.unique !== undefined) groups.unique = { ...groups.unique, ...entry.unique };
    if (entry.checks !== undefined) groups.checks = { ...groups.checks, ...entry.checks };
    if (entry.foreign_keys !== undefined)
      groups.foreign_keys = { ...groups.foreign_keys, ...entry.foreign_keys };
    if (entry.exclusions !== undefined) groups.exclusions = { ...groups.exclusions, ...entry.exclusions };
  }
  return groups;
}

/** The columns of a key. */
function keyText({ attributes: { type, definition } }: Fact<"constraint">): string | undefined {
  return type === "unique" || type === "primary key" ? definition.slice(definition.indexOf("(")) : undefined;
}

function indexEntries(table: Fact, catalog: Catalog, says: Set<FactId>): TableEntry["indexes"] {
  const columns = new Set(
    catalog.childrenOfKind(table.id, "column").map(({ identity }) => identity.name ?? ""),
  );
  const entries: [string, NonNullable<TableEntry["indexes"]>[string]][] = [];
  for (const index of catalog.childrenOfKind(table.id, "index")) {
    const saysAlso = new Set([index.id]);
    const entry = indexEntry(index, columns, sayIn(catalog, saysAlso).comment(index));
    const name = index.identity.name ?? "";
    if (entry === undefined || isTroublesome(name)) continue;
    for (const id of saysAlso) says.add(id);
    entries.push([name, entry]);
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function rowSecurityEntry(table: Fact, catalog: Catalog, says: Set<FactId>): TableEntry["row_security"] {
  const [security] = catalog.childrenOfKind(table.id, "row security");
  if (security === undefined || !security.attributes.enabled) return undefined;
  says.add(security.id);
  return security.attributes.forced ? "force" : true;
}

function replicaIdentityEntry(table: Fact, catalog: Catalog, says: Set<FactId>): string | undefined {
  const [identity] = catalog.childrenOfKind(table.id, "replica identity");
  const index = identity?.attributes.index;
  if (identity === undefined || (index && /^(?:default|full|nothing)$/i.test(index))) return undefined;
  says.add(identity.id);
  return index ?? identity.attributes.uses;
}

function grantEntries(table: Fact, catalog: Catalog, says: Set<FactId>): TableEntry["grants"] {
  const entries: [string, string[]][] = [];
  for (const { id, identity, attributes } of catalog.childrenOfKind(table.id, "privilege")) {
    const role = identity.name ?? "";
    const isOwnersAndWhole = identity.args === undefined && identity.on === undefined;
    const isPlain = isOwnersAndWhole && attributes.grantable.length === 0 && attributes.revoked.length === 0;
    // `pg_owner` stands for the owner, whoever that is; only PUBLIC itself may look like it.
    const isRole = role !== "pg_owner" && (role === "public" || role.toLowerCase() !== "public");
    if (!isPlain || !isRole || isTroublesome(role)) continue;
    says.add(id);
    entries.push([role, [...attributes.granted]]);
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function sayIn(catalog: Catalog, says: Set<FactId>) {
  return {
    comment({ identity }: Fact): string | undefined {
      const comment = catalog.find({ kind: "comment", of: identity });
      if (comment !== undefined) says.add(comment.id);
      return comment?.attributes.text;
    },
    owner({ identity }: Fact): string | undefined {
      const owner = catalog.find({ kind: "owner", of: identity });
      if (owner !== undefined) says.add(owner.id);
      return owner?.attributes.role;
    },
  };
}

const inSchema = ({ identity }: Fact, document: SchemaDocument): SchemaDocument =>
  present({ schema: identity.schema, ...document });

/** A dot in a name would divide it. */
const keyOf = (name: string) => (/[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);

/** Keys that JavaScript's objects reorder or do not hold. */
const isTroublesome = (name: string) => name === "__proto__" || /^(?:0|[1-9]\d*)$/.test(name);
