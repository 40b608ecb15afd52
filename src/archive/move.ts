import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { sequenceName } from "../kinds/column-identity.js";
import type { PlannedStatement } from "../plan/plan.js";
import { literal, name, raw, type Sql, sql } from "../sql/sql.js";
import type { Again } from "./again.js";
import { type ColumnType, fromText } from "./detach.js";
import type { KeptObject } from "./keep.js";
import { archiveSchema, hiddenName, nameInArchive, recordId } from "./names.js";
import { viewBack } from "./views.js";

/** One name that changes: an index's, a sequence's, a constraint's, a type's, the table's own, the column's own. */
export interface Renaming {
  readonly kind: "index" | "sequence" | "constraint" | "type" | ArchivedObject["kind"];
  readonly from: string;
  readonly to: string;
  /** Of a type. */
  readonly schema?: string;
}

/** What makes a schema that has gone. */
export interface ArchivedHome {
  readonly schema: string;
  readonly sql: readonly string[];
}

/** What `dm.archive` tells of an object, as JSON in its column `what`. */
export interface ArchivedObject {
  readonly kind: "table" | "column" | "materialized view";
  readonly schema: string;
  /** The table's name, or the view's. */
  readonly table: string;
  readonly column?: string;
  /** In the order in which they happen; the object's own is the last. */
  readonly renames: readonly Renaming[];
  /** Columns whose types or collations may be dropped meanwhile: then they are text. */
  readonly types?: readonly ColumnType[];
  /** The column is still there with another type: what is in quarantine are the values that it had of this one. */
  readonly was?: string;
  /** A column that goes with it. */
  readonly beside?: string;
  /** What a way back has put away: how the way up brings it back. */
  readonly again?: Again;
  /** How its schema, which has gone with it, is made again; and those of its types. */
  readonly homes?: readonly ArchivedHome[];
  /** It was brought back by itself, with these schemas: the way back of its revision finds it where it was. */
  readonly restored?: { readonly homes: readonly string[] };
  /** How a view is made anew, where only its rows are left. */
  readonly anew?: readonly string[];
}

/** The table in which quarantine is recorded: the same statement wherever one is needed, so that psql needs no dm. */
const recordTable: readonly Sql[] = [
  sql`CREATE SCHEMA IF NOT EXISTS dm`,
  sql`CREATE TABLE IF NOT EXISTS dm.archive (id text PRIMARY KEY, revision text NOT NULL, archived_at timestamptz NOT NULL DEFAULT now(), archived_by text NOT NULL DEFAULT current_user, what jsonb NOT NULL, purged_at timestamptz)`,
  sql`CREATE SCHEMA IF NOT EXISTS ${name(archiveSchema)}`,
];

/** The statements that see to it, where what follows puts anything away. */
export function recording(away: readonly PlannedStatement[]): PlannedStatement[] {
  const [first] = away;
  if (first === undefined) return [];
  return recordTable.map((one) => ({ ...first, sql: one, facts: [] }));
}

/** The object under the names that it has in quarantine. */
export function archived({ fact, parts, typed, homes }: KeptObject, revision: string): ArchivedObject {
  const { schema = "", on, name: own = "" } = fact.identity;
  // Nothing else would tell that it was in a schema of its own.
  const isWhole = !isKind(fact, "column");
  const called = homes.length > 0 && isWhole ? `${schema}_${own}` : own;
  const rename = isWhole ? nameInArchive : hiddenName;
  const renames = parts.flatMap((part) =>
    renamedParts(part, isWhole).map((one): Renaming => {
      const away = one.kind === "type" ? nameInArchive : rename;
      return { ...one, to: away(revision, part.id, one.from) };
    }),
  );
  const { kind } = fact.identity;
  return {
    kind,
    schema,
    table: on ?? own,
    ...(isWhole ? {} : { column: own }),
    renames: [...renames, { kind, from: own, to: rename(revision, fact.id, called) }],
    ...(typed.length === 0
      ? {}
      : {
          types: typed.map(({ identity, attributes }) => ({
            column: identity.name ?? "",
            type: attributes.type,
            ...(attributes.collation !== null && { collation: attributes.collation }),
          })),
        }),
  };
}

/** What has a name of its own beside the table's, or beside the column's in a table that stays. */
function renamedParts(part: Fact, isWhole: boolean): Omit<Renaming, "to">[] {
  const { name: own = "", schema = "" } = part.identity;
  if (isKind(part, "enum")) return [{ kind: "type", from: own, schema }];
  if (isKind(part, "not null")) {
    const called = part.attributes.name;
    return isWhole || called === null ? [] : [{ kind: "constraint", from: called }];
  }
  if (isKind(part, "index")) return [{ kind: "index", from: own }];
  if (isKind(part, "constraint")) {
    const hasIndex = part.attributes.type !== "check" && part.attributes.type !== "foreign key";
    return hasIndex ? [{ kind: "index", from: own }] : [];
  }
  if (isKind(part, "sequence")) return [{ kind: "sequence", from: own }];
  if (isKind(part, "column") && part.attributes.identity !== null) {
    return [{ kind: "sequence", from: sequenceName(part.attributes.identity, part) }];
  }
  return [];
}

/** Puts the object away. */
export function awayStatements(object: ArchivedObject): Sql[] {
  return object.renames.flatMap((one) => {
    const schema = one.schema ?? object.schema;
    const renamed = rename(object, one, schema);
    return moving.has(one.kind) ? [renamed, move(one, schema, archiveSchema)] : [renamed];
  });
}

/** Brings it back to where it was. */
export function backStatements(object: ArchivedObject): Sql[] {
  const { schema: own, table, types = [] } = object;
  const renamed = object.renames.toReversed().flatMap((one) => {
    const schema = one.schema ?? own;
    const renamed = rename(object, { ...one, from: one.to, to: one.from }, schema);
    return moving.has(one.kind) ? [move(one, archiveSchema, schema), renamed] : [renamed];
  });
  if (object.kind === "materialized view") return [viewBack(object, renamed)];
  return [...renamed, ...types.map((type) => fromText(own, table, type))];
}

/** What goes into the quarantine's schema; all else stays where it is. */
const moving: ReadonlySet<Renaming["kind"]> = new Set(["table", "type", "materialized view"]);

function rename({ table }: ArchivedObject, { kind, from, to }: Renaming, schema: string): Sql {
  if (kind === "constraint")
    return sql`ALTER TABLE ${name(schema, table)} RENAME CONSTRAINT ${name(from)} TO ${name(to)}`;
  if (kind === "column")
    return sql`ALTER TABLE ${name(schema, table)} RENAME COLUMN ${name(from)} TO ${name(to)}`;
  return sql`ALTER ${raw(kind.toUpperCase())} ${name(schema, from)} RENAME TO ${name(to)}`;
}

const move = ({ kind, to: own }: Renaming, from: string, to: string) =>
  sql`ALTER ${raw(kind.toUpperCase())} ${name(from, own)} SET SCHEMA ${name(to)}`;

export type Formerly = (column: FactId) => Fact<"column"> | undefined;

/** The statements of a plan that put objects away and record it, and those that bring them back. */
export function moves(
  objects: readonly KeptObject[],
  revision: string,
  isCarried: (column: FactId) => boolean,
  {
    again,
    formerly,
    shells = [],
    views = [],
  }: {
    readonly again?: ReadonlyMap<FactId, Again>;
    readonly formerly?: Formerly | undefined;
    /** What makes the schemas that go. */
    readonly shells?: readonly PlannedStatement[];
    /** What makes the materialised views anew. */
    readonly views?: readonly PlannedStatement[];
  } = {},
): { readonly away: PlannedStatement[]; readonly back: PlannedStatement[] } {
  const away: PlannedStatement[] = [];
  const back: PlannedStatement[] = [];
  for (const object of objects) {
    const { fact, parts } = object;
    const about = isKind(fact, "column") && fact.parent !== undefined ? fact.parent : fact.id;
    const all = parts.map(({ id }) => id);
    const say = (list: readonly Sql[], action: "archive" | "restore", facts: readonly FactId[]) =>
      list.map((one, at): PlannedStatement => {
        const isLast = at === list.length - 1;
        return { sql: one, action, facts: isLast ? facts : [], about, losesData: [] };
      });
    if (isCarried(fact.id)) continue;
    const [how, former] = [again?.get(fact.id), formerly?.(fact.id)];
    const what: ArchivedObject = {
      ...archived(object, revision),
      ...(former && { column: former.identity.name ?? "", was: former.attributes.type }),
      ...(how === undefined ? {} : { again: how }),
      ...homesOf(object, shells),
      ...anewOf(object, views),
    };
    const id = recordId(revision, fact.id);
    away.push(
      ...say(awayStatements(what), "archive", all),
      ...say([recordOf(id, revision, what)], "archive", []),
    );
    back.push(...say(backStatements(what), "restore", all), ...say([forgetting(id)], "restore", []));
  }
  return { away, back };
}

/** How the schemas that go with an object are made again, from the statements that make all of them. */
function homesOf({ homes }: KeptObject, shells: readonly PlannedStatement[]): Pick<ArchivedObject, "homes"> {
  if (homes.length === 0) return {};
  return {
    homes: homes.map(({ schema, facts }) => {
      const own = shells.filter((one) => one.facts.some((id) => facts.has(id)));
      return { schema, sql: own.map(({ sql: { text } }) => text) };
    }),
  };
}

function anewOf(
  { fact, parts }: KeptObject,
  views: readonly PlannedStatement[],
): Pick<ArchivedObject, "anew"> {
  if (!isKind(fact, "materialized view")) return {};
  const own = new Set(parts.map(({ id }) => id));
  return {
    anew: views.filter(({ facts }) => facts.some((id) => own.has(id))).map(({ sql: { text } }) => text),
  };
}

export const recordOf = (id: string, revision: string, what: ArchivedObject): Sql =>
  sql`INSERT INTO dm.archive (id, revision, what) VALUES (${literal(id)}, ${literal(revision)}, ${literal(JSON.stringify(what))}) ON CONFLICT (id) DO UPDATE SET archived_at = now(), archived_by = current_user, what = excluded.what, purged_at = NULL`;

export const forgetting = (id: string): Sql => sql`DELETE FROM dm.archive WHERE id = ${literal(id)}`;

/** The name that the object itself has in quarantine. */
export function nameAway({ renames }: ArchivedObject): string {
  return renames.at(-1)?.to ?? "";
}

/** A column's name there; nothing of a table. */
export function awayColumn(object: ArchivedObject): string | undefined {
  return object.kind === "column" ? nameAway(object) : undefined;
}

/** `table app.letter`, `column app.patient.name`: as it was called. */
export function calledBefore({ kind, schema, table, column }: ArchivedObject): string {
  return `${kind} ${name(schema, table, column).text}`;
}

/** The same, of values with the type that their column had. */
export function toldOf(object: ArchivedObject): string {
  const { was } = object;
  return `${calledBefore(object)}${was === undefined ? "" : `, as it was of type ${was}`}`;
}
