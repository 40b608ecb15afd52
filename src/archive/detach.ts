import type { Fact } from "../catalog/fact.js";
import type { PlannedStatement } from "../plan/plan.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { archivedPrefix, archiveSchema } from "./names.js";

/** What a column has to have again. */
export interface ColumnType {
  readonly column: string;
  readonly type: string;
  /** Where it is not the type's own. */
  readonly collation?: string;
}

const types: ReadonlySet<string> = new Set(["enum", "domain", "composite type", "range", "base type"]);

/**
 * A plan under which what earlier revisions have put away does not hold on to types and collations that go: before the
 * first of them does, the columns in quarantine that have it become text, whichever these are in the database at hand.
 */
export function detaching(
  statements: readonly PlannedStatement[],
  factOf: (id: PlannedStatement["facts"][number]) => Fact | undefined,
): PlannedStatement[] {
  const gone = statements.flatMap(({ action, facts }) =>
    action === "drop" || action === "set aside" ? facts.flatMap((id) => factOf(id) ?? []) : [],
  );
  const leaving = gone.filter(
    ({ identity: { kind } }) => types.has(kind) || kind === "collation" || kind === "extension",
  );
  const first =
    leaving.length === 0
      ? -1
      : statements.findIndex(({ facts }) => facts.some((id) => leaving.some((one) => one.id === id)));
  const before = statements[first];
  if (before === undefined) return [...statements];
  const detach: PlannedStatement = {
    sql: toText(leaving),
    action: "archive",
    facts: [],
    about: before.about,
    losesData: [],
  };
  return [...statements.slice(0, first), detach, ...statements.slice(first)];
}

function toText(leaving: readonly Fact[]): Sql {
  const named = leaving
    .filter(({ identity }) => types.has(identity.kind))
    .flatMap(({ identity }) => {
      const type = name(identity.schema, identity.name);
      return [type, sql`${type}[]`];
    });
  const collations = leaving.filter(({ identity }) => identity.kind === "collation");
  const extensions = leaving.filter(({ identity }) => identity.kind === "extension");
  const list = (items: readonly string[]) => raw(`ARRAY[${join(items.map((item) => literal(item))).text}]`);
  const conditions = [
    ...(named.length === 0
      ? []
      : [sql`a.atttypid = ANY (${list(named.map(({ text }) => text))}::regtype[])`]),
    ...(collations.length === 0
      ? []
      : [
          sql`a.attcollation = ANY (${list(collations.map(({ identity }) => name(identity.schema, identity.name).text))}::regcollation[])`,
        ]),
    ...(extensions.length === 0
      ? []
      : [
          sql`a.atttypid IN (SELECT d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid WHERE d.classid = 'pg_type'::regclass AND d.deptype = 'e' AND e.extname = ANY (${list(extensions.map(({ identity }) => identity.name ?? ""))}))`,
        ]),
  ];
  return raw(`DO $quarantine$
DECLARE kept record;
BEGIN
  FOR kept IN
    SELECT a.attrelid::regclass AS relation, a.attname AS name
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped AND a.attinhcount = 0
      AND (c.relnamespace = to_regnamespace(${literal(archiveSchema).text}) OR a.attname ^@ ${literal(archivedPrefix).text})
      AND (${join(conditions, " OR ").text})
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE text USING %2$I::text', kept.relation, kept.name);
  END LOOP;
END $quarantine$`);
}

/** A column has its own type again, where another revision's way up had made it text. */
export function fromText(schema: string, table: string, { column, type, collation }: ColumnType): Sql {
  const [path, own] = [name(schema, table), name(column)];
  const collate = collation === undefined ? "" : ` COLLATE ${collation}`;
  return raw(`DO $quarantine$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = ${literal(path.text).text}::regclass AND a.attname = ${literal(column).text}
    AND a.atttypid = 'text'::regtype AND a.attcollation = 'pg_catalog."default"'::regcollation) THEN
    ALTER TABLE ${path.text} ALTER COLUMN ${own.text} TYPE ${type}${collate} USING ${own.text}::text::${type};
  END IF;
END $quarantine$`);
}
