import type { Node } from "libpg-query";
import type { Catalog } from "../catalog/catalog.js";
import { as, strings } from "../desired/tree.js";
import type { Parser } from "../parse/parser.js";

const callable: ReadonlySet<string> = new Set(["function", "aggregate", "operator"]);

/**
 * Whether an expression over a row asks for more than that: it has a query, or calls what is none of PostgreSQL's own.
 * Who writes the row may lack the right to it.
 */
export function isBeyondRow(expression: string, catalog: Catalog, parser: Parser): boolean {
  const names = new Set(
    [...catalog.whole.facts.values()]
      .filter(({ identity }) => callable.has(identity.kind))
      .map(({ identity }) => identity.name),
  );
  const isOurs = (list: readonly Node[] | undefined) => {
    const [first, ...rest] = strings(list);
    return rest.length > 0 ? first !== "pg_catalog" : names.has(first);
  };
  const reaches = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.some(reaches);
    if (typeof node !== "object" || node === null) return false;
    const tree = node as Node;
    if (as(tree, "SubLink") !== undefined) return true;
    const isCall = isOurs(as(tree, "FuncCall")?.funcname) || isOurs(as(tree, "A_Expr")?.name);
    return isCall || Object.values(tree).some(reaches);
  };
  return parser.statements(`SELECT (${expression})`, "expression").some(({ tree }) => reaches(tree));
}
