import { quoteIdentifier } from "../../sql/quote.js";
import type { QualifiedName } from "../tree.js";
import {
  annotationsFor,
  type Context,
  type Definition,
  deferral,
  list,
  type Part,
  quoted,
  referenceActions,
  statement,
  withOptions,
  words,
} from "./definition.js";
import type { CheckEntry, History, KeyEntry, TableEntry } from "./document.js";
import type { Path } from "./places.js";

/** The constraints that CREATE TABLE itself holds: all but foreign keys. */
export function constraintsOf(entry: TableEntry, id: QualifiedName, path: Path, context: Context): Part[] {
  const constraint = (name: string | undefined, text: string, own: Path, history: History): Part => {
    const called = name ?? `${id.name}_pkey`;
    const target = {
      kind: "constraint",
      ...(id.schema === undefined ? {} : { schema: id.schema }),
      on: id.name,
    };
    return {
      text: name === undefined ? text : `CONSTRAINT ${quoteIdentifier(name)} ${text}`,
      at: context.places(own),
      annotations: annotationsFor(history, { ...target, name: called }, own, context),
    };
  };
  const { primary_key: primary } = entry;
  const primaryKey = Array.isArray(primary) ? { columns: primary } : primary;
  return [
    ...(primaryKey === undefined
      ? []
      : [
          constraint(
            "name" in primaryKey ? primaryKey.name : undefined,
            keyClause("PRIMARY KEY", primaryKey),
            [...path, "primary_key"],
            primaryKey,
          ),
        ]),
    ...uniques(entry)
      .filter(({ isRepeated }) => !isRepeated)
      .map(({ name, key }) => constraint(name, keyClause("UNIQUE", key), [...path, "unique", name], key)),
    ...Object.entries(entry.checks ?? {}).flatMap(([name, given]) => {
      const check = checkOf(given);
      return check.not_valid ? [] : [constraint(name, checkClause(check), [...path, "checks", name], check)];
    }),
    ...Object.entries(entry.exclusions ?? {}).map(([name, exclusion]) => {
      const { method, elements, include, where } = exclusion;
      const text = words([
        `EXCLUDE USING ${method ?? "gist"} (${elements.join(", ")})`,
        include !== undefined && `INCLUDE (${list(include)})`,
        where !== undefined && `WHERE (${where}\n)`,
        deferral(exclusion),
      ]);
      return constraint(name, text, [...path, "exclusions", name], exclusion);
    }),
  ];
}

/** A key of the columns of another is merged with that by CREATE TABLE (parse_utilcmd.c, transformIndexConstraints). */
function uniques({ primary_key: primary, unique = {} }: TableEntry) {
  const columnsOf = (key: KeyEntry | KeyEntry["columns"]) => ("columns" in key ? key.columns : key);
  const seen = new Set(primary === undefined ? [] : [JSON.stringify(columnsOf(primary))]);
  return Object.entries(unique).map(([name, given]) => {
    const columns = JSON.stringify(columnsOf(given));
    const isRepeated = seen.has(columns);
    seen.add(columns);
    const key: KeyEntry = Array.isArray(given) ? { columns: given } : given;
    return { name, key, isRepeated };
  });
}

/** The keys that CREATE TABLE would merge with another. */
export function repeatedKeys(
  entry: TableEntry,
  id: Required<QualifiedName>,
  path: Path,
  context: Context,
): Definition[] {
  return uniques(entry)
    .filter(({ isRepeated }) => isRepeated)
    .map(({ name, key }) => {
      const own = [...path, "unique", name];
      const target = { kind: "constraint", schema: id.schema, on: id.name, name };
      const add = `ALTER TABLE ${quoted(id)} ADD CONSTRAINT ${quoteIdentifier(name)}`;
      const annotations = annotationsFor(key, target, own, context);
      return statement(`${add} ${keyClause("UNIQUE", key)}`, context.places(own), annotations);
    });
}

const checkOf = (given: string | CheckEntry): CheckEntry =>
  typeof given === "string" ? { expression: given } : given;

const checkClause = ({ expression, no_inherit, enforced }: CheckEntry) =>
  words([`CHECK (${expression}\n)`, no_inherit && "NO INHERIT", enforced === false && "NOT ENFORCED"]);

/** CREATE TABLE ignores NOT VALID, as there are no rows. */
export function invalidChecks(
  entry: TableEntry,
  id: Required<QualifiedName>,
  path: Path,
  context: Context,
): Definition[] {
  return Object.entries(entry.checks ?? {}).flatMap(([name, given]) => {
    const check = checkOf(given);
    if (!check.not_valid) return [];
    const own = [...path, "checks", name];
    const add = `ALTER TABLE ${quoted(id)} ADD CONSTRAINT ${quoteIdentifier(name)}`;
    const target = { kind: "constraint", schema: id.schema, on: id.name, name };
    const annotations = annotationsFor(check, target, own, context);
    return [statement(`${add} ${checkClause(check)} NOT VALID`, context.places(own), annotations)];
  });
}

function keyClause(kind: string, key: KeyEntry): string {
  return words([
    kind,
    key.nulls_not_distinct && "NULLS NOT DISTINCT",
    `(${list(key.columns)})`,
    key.include !== undefined && `INCLUDE (${list(key.include)})`,
    withOptions(key.with),
    key.tablespace !== undefined && `USING INDEX TABLESPACE ${quoteIdentifier(key.tablespace)}`,
    deferral(key),
  ]);
}

export function foreignKeys(
  entry: TableEntry,
  id: Required<QualifiedName>,
  path: Path,
  context: Context,
): Definition[] {
  return Object.entries(entry.foreign_keys ?? {}).map(([name, key]) => {
    const own = [...path, "foreign_keys", name];
    const text = words([
      `ALTER TABLE ${quoted(id)} ADD CONSTRAINT ${quoteIdentifier(name)}`,
      `FOREIGN KEY (${list(key.columns)}) REFERENCES ${key.references}`,
      key.match === "full" && "MATCH FULL",
      ...referenceActions(key),
      deferral(key),
      key.not_valid && "NOT VALID",
      key.enforced === false && "NOT ENFORCED",
    ]);
    const target = { kind: "constraint", schema: id.schema, on: id.name, name };
    return statement(text, context.places(own), annotationsFor(key, target, own, context));
  });
}
