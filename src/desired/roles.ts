import type { ParsedStatement } from "../parse/parser.js";
import { walk } from "./tree.js";

/** The roles that a statement names: owners, grantees, policies' roles, user mappings. */
export function rolesNamedBy(statement: ParsedStatement): string[] {
  const roles = new Set<string>();
  walk(statement.tree, ({ roletype, rolename }) => {
    if (roletype === "ROLESPEC_CSTRING" && typeof rolename === "string") roles.add(rolename);
  });
  return [...roles];
}
