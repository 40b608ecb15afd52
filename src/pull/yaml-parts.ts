import type { Fact } from "../catalog/fact.js";
import type { ColumnEntry, IdentityEntry, KeyEntry, TableEntry } from "../desired/yaml/document.js";
import { sequenceClauses } from "../kinds/sequence-options.js";
import { isIdentifier, readElements, readNames, readPrinted, unquoted, unwrapped } from "./printed.js";

type Entries<K extends keyof TableEntry> = NonNullable<TableEntry[K]>;
type Constraint = Pick<TableEntry, "primary_key" | "unique" | "checks" | "foreign_keys" | "exclusions">;

/**
 * An attribute that a kind gets must get words in YAML too, or be left to SQL: forgetting it does not
 * compile.
 */
export type NothingElse = Record<string, never>;

/** What YAML says with a column. */
export interface ColumnParts {
  readonly default: Fact<"default"> | undefined;
  /** `true` for one that has the name which PostgreSQL gives it, and nothing else to say. */
  readonly notNull: Exclude<ColumnEntry["not_null"], undefined> | boolean;
  readonly comment: string | undefined;
}

/** A column; undefined when YAML has no words for something about it. */
export function columnEntry(
  { attributes }: Fact<"column">,
  { default: defaultFact, notNull, comment }: ColumnParts,
): Entries<"columns">[string] | undefined {
  const { type, collation, identity, generated, ...settings } = attributes;
  const { storage, compression, statistics, options, ...rest } = settings;
  rest satisfies NothingElse;
  const sequence = identity === null ? undefined : identityEntry(identity, type);
  if (options.length > 0 || (identity !== null && sequence === undefined)) return undefined;
  const entry = present<ColumnEntry>({
    type,
    collation: collation ?? undefined,
    nullable: notNull === true && identity === null ? false : undefined,
    not_null: typeof notNull === "boolean" ? undefined : notNull,
    default: defaultFact?.attributes.expression,
    identity: sequence,
    generated: generatedEntry(generated),
    storage: storage === null ? undefined : storageOf(storage),
    compression: compression ?? undefined,
    statistics: statistics ?? undefined,
    comment,
  });
  const isPlain = Object.keys(entry).every((key) => key === "type" || key === "nullable");
  return isPlain ? `${type}${notNull ? " NOT NULL" : ""}` : entry;
}

const generatedEntry = (generated: Fact<"column">["attributes"]["generated"]) =>
  generated?.storage === "stored"
    ? generated.expression
    : generated === null
      ? undefined
      : { expression: generated.expression, kind: generated.storage };

const storages = ["plain", "external", "extended", "main"] as const;
const storageOf = (storage: string) => storages.find((known) => known === storage);

function identityEntry(
  identity: NonNullable<Fact<"column">["attributes"]["identity"]>,
  type: string,
): ColumnEntry["identity"] {
  if (identity.sequence !== null) return undefined;
  const entry: IdentityEntry = { generated: identity.generation };
  for (const { text } of sequenceClauses(identity, type)) {
    const words = text.split(" ");
    const value = Number(words.at(-1));
    const key = identityKeys[words[0] ?? ""];
    if (text === "CYCLE") entry.cycle = true;
    else if (key === undefined || !Number.isSafeInteger(value)) return undefined;
    else entry[key] = value;
  }
  return Object.keys(entry).length === 1 ? identity.generation : entry;
}

const identityKeys: Readonly<Record<string, "start" | "increment" | "min" | "max" | "cache">> = {
  START: "start",
  INCREMENT: "increment",
  MINVALUE: "min",
  MAXVALUE: "max",
  CACHE: "cache",
};

/** A constraint under its key of the table; undefined when YAML has no words for it. */
export function constraintEntry(
  { identity, attributes }: Fact<"constraint">,
  comment: string | undefined,
): Constraint | undefined {
  const { type, definition, deferrable, deferred, options, tablespace, validated, enforced, ...rest } =
    attributes;
  rest satisfies NothingElse;
  const own = identity.name ?? "";
  const deferral = deferrable ? { deferrable: deferred ? ("initially deferred" as const) : true } : {};
  const index = present<Pick<KeyEntry, "with" | "tablespace">>({
    with: options.length === 0 ? undefined : optionsEntry(options),
    tablespace: tablespace ?? undefined,
  });
  switch (type) {
    case "primary key": {
      const printed = readPrinted("primaryKey", definition);
      if (printed === undefined) return undefined;
      const isImplied = own === `${identity.on}_pkey` && Buffer.byteLength(own) < 64;
      const key = { ...(isImplied ? {} : { name: own }), ...keyEntry(printed), ...deferral, ...index };
      return { primary_key: shortest(present({ ...key, comment })) };
    }
    case "unique": {
      const printed = readPrinted("unique", definition);
      if (printed === undefined) return undefined;
      const key = present({ ...keyEntry(printed), ...deferral, ...index, comment });
      return { unique: { [own]: shortest(key) } };
    }
    case "foreign key": {
      const printed = readPrinted("foreignKey", definition);
      if (printed?.references === undefined) return undefined;
      const key: Entries<"foreign_keys">[string] = {
        columns: readNames(printed.columns ?? ""),
        references: printed.references,
        on_update: actionOf(printed.onUpdate),
        on_delete: actionOf(printed.onDelete),
        match: printed.full === undefined ? undefined : "full",
        ...deferral,
        not_valid: validated ? undefined : true,
        enforced: enforced ? undefined : false,
        comment,
      };
      return { foreign_keys: { [own]: present(key) } };
    }
    case "check": {
      const printed = readPrinted("check", definition);
      if (printed?.expression === undefined) return undefined;
      const expression = unwrapped(printed.expression);
      const noInherit = printed.noInherit === undefined ? undefined : true;
      const check = present({
        expression,
        no_inherit: noInherit,
        not_valid: validated ? undefined : true,
        enforced: enforced ? undefined : false,
        comment,
      });
      return { checks: { [own]: Object.keys(check).length === 1 ? expression : check } };
    }
    case "exclusion": {
      const printed = readPrinted("exclusion", definition);
      const read = readElements(printed?.rest ?? "");
      const after = readPrinted("afterElements", read?.rest ?? "");
      if (read === undefined || after === undefined || options.length > 0 || tablespace !== null)
        return undefined;
      const exclusion: Entries<"exclusions">[string] = {
        method: printed?.method === "gist" ? undefined : printed?.method,
        elements: read.elements,
        include: after.include === undefined ? undefined : readNames(after.include),
        where: after.where === undefined ? undefined : unwrapped(after.where),
        ...deferral,
        comment,
      };
      return { exclusions: { [own]: present(exclusion) } };
    }
  }
}

/** An index; undefined when YAML has no words for it. */
export function indexEntry(
  { attributes }: Fact<"index">,
  columns: ReadonlySet<string>,
  comment: string | undefined,
): Entries<"indexes">[string] | undefined {
  const {
    unique,
    table: _table,
    definition,
    options,
    tablespace,
    statistics,
    valid: _valid,
    attached,
    ...rest
  } = attributes;
  rest satisfies NothingElse;
  const printed = readPrinted("index", definition);
  const read = readElements(printed?.rest ?? "");
  const after = readPrinted("afterElements", read?.rest ?? "");
  if (read === undefined || after === undefined || Object.keys(statistics).length > 0 || attached !== null) {
    return undefined;
  }
  const elements = read.elements.map((text) => {
    const called = isIdentifier(text) ? unquoted(text) : text;
    // A text that is a column's name is taken for that column.
    return columns.has(called) === isIdentifier(text) ? called : undefined;
  });
  if (!elements.every((element) => element !== undefined)) return undefined;
  const entry: Entries<"indexes">[string] = {
    columns: elements,
    unique: unique ? true : undefined,
    method: printed?.method === "btree" ? undefined : printed?.method,
    include: after.include === undefined ? undefined : readNames(after.include),
    nulls_not_distinct: after.nulls === undefined ? undefined : true,
    where: after.where === undefined ? undefined : unwrapped(after.where),
    with: options.length === 0 ? undefined : optionsEntry(options),
    tablespace: tablespace ?? undefined,
    comment,
  };
  return shortest(present(entry));
}

function keyEntry(printed: Readonly<Record<string, string | undefined>>) {
  return present({
    columns: readNames(printed.columns ?? ""),
    include: printed.include === undefined ? undefined : readNames(printed.include),
    nulls_not_distinct: printed.nulls === undefined ? undefined : true,
  });
}

const actionOf = (printed: string | undefined) =>
  (["cascade", "restrict", "set null", "set default"] as const).find(
    (known) => known === printed?.toLowerCase(),
  );

/** `["fillfactor=70"]` as a map. */
export function optionsEntry(options: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    options.map((option) => {
      const at = option.indexOf("=");
      return [option.slice(0, at), option.slice(at + 1)];
    }),
  );
}

/** The columns alone where nothing else is said. */
function shortest<T extends { columns: string[] }>(entry: T): T | string[] {
  return Object.keys(entry).length === 1 ? entry.columns : entry;
}

/** The entry without the keys that say nothing. */
export function present<T extends object>(entry: T): T {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as T;
}
