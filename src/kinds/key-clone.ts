import { type Fact, isKind } from "../catalog/fact.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { fittedNames } from "./implied-name.js";
import { indexElement, printedList } from "./printed-list.js";

type ConstraintFact = Fact<"constraint">;

/** Gives a partition's key its own name, where PostgreSQL has chosen another. */
export function renameClone(fact: ConstraintFact, from: Fact | undefined): Sql[] {
  if (!isKind(from, "constraint") || fact.identity.name === impliedName(fact)) return [];
  const [table, above] = [fact, from].map(({ identity }) => name(identity.schema, identity.on));
  if (table === undefined || above === undefined) return [];
  const rename = join(
    [
      raw("'ALTER TABLE %s RENAME CONSTRAINT %I TO %I', k.conrelid::regclass, k.conname"),
      literal(fact.identity.name ?? ""),
    ],
    ", ",
  );
  const body = sql`DECLARE command text;
BEGIN
  FOR command IN SELECT format(${rename})
    FROM pg_constraint k JOIN pg_constraint p ON p.oid = k.conparentid
    WHERE k.conrelid = ${literal(table.text)}::regclass AND k.conname <> ${literal(fact.identity.name ?? "")}
      AND p.conrelid = ${literal(above.text)}::regclass AND p.conname = ${literal(from.identity.name ?? "")}
  LOOP
    EXECUTE command;
  END LOOP;
END`;
  return [sql`DO ${literal(body.text)}`];
}

/** The name that PostgreSQL chooses while nothing has it (indexcmds.c, ChooseIndexName). */
function impliedName({ identity, attributes: { type, definition } }: ConstraintFact): string {
  if (type === "primary key") return fittedNames(identity.on ?? "", undefined, "pkey");
  const { items, rest } = printedList(definition);
  const included = rest.includes("INCLUDE (") ? printedList(rest).items : [];
  const columns = [...items, ...included].map((item) => {
    const { key } = indexElement(item);
    if (/^"(?:[^"]|"")*"$/.test(key)) return key.slice(1, -1).replaceAll('""', '"');
    return /^[^\s("]+$/.test(key) ? key : "expr";
  });
  return fittedNames(identity.on ?? "", columns.join("_"), "excl");
}
