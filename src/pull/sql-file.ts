import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { kindNames } from "../kinds/index.js";
import type { PlannedStatement } from "../plan/plan.js";

/**
 * The statements as a file, in the order of their kinds: a table, its indexes, triggers, policies, grants,
 * comments. Loading needs no other order. Short statements of one kind stand together, all else a line apart.
 */
export function sqlText(statements: readonly PlannedStatement[], catalog: Catalog): string {
  const kindOf = ({ facts: [first] }: PlannedStatement) => catalog.get(first)?.identity.kind;
  const rankOf = (statement: PlannedStatement) => {
    const kind = kindOf(statement);
    return kind === undefined ? kindNames.length : kindNames.indexOf(kind);
  };
  const facts = statements.flatMap(({ facts }) => facts.flatMap((id) => catalog.get(id) ?? []));
  let text = facts.some(hasUncheckedBody) ? uncheckedBodies : "";
  let before: PlannedStatement | undefined;
  for (const statement of statements.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const isTogether = before !== undefined && isShort(before) && isShort(statement);
    const isApart = !isTogether || before === undefined || kindOf(before) !== kindOf(statement);
    text += `${isApart && text !== "" ? "\n" : ""}${statement.sql.text};\n`;
    before = statement;
  }
  return text;
}

const isShort = ({ sql }: PlannedStatement) => !sql.text.includes("\n");

const uncheckedBodies = [
  "-- As in the database that they come from: bodies may find their objects by another search_path.",
  "SET check_function_bodies = off;",
  "",
].join("\n");

/**
 * Whether CREATE FUNCTION would look up the names in the body by a search path that is not the function's
 * own.
 */
function hasUncheckedBody(fact: Fact): boolean {
  if (!isKind(fact, "function") && !isKind(fact, "procedure")) return false;
  const { definition, language } = fact.attributes;
  const [head = ""] = definition.split(/^AS \$/m);
  return ["sql", "plpgsql"].includes(language) && head !== definition && !/ SET search_path TO /.test(head);
}
