import { isInThisDatabase } from "../kinds/this-database.js";
import type { ParsedStatement, StatementType } from "../parse/parser.js";
import { as } from "./tree.js";

/** Statements about roles; what they make belongs to the whole server. */
export const aboutRoles = new Set<StatementType>([
  "CreateRoleStmt",
  "AlterRoleStmt",
  "DropRoleStmt",
  "GrantRoleStmt",
]);

/** What a statement is about that several databases share, or that belongs to the database as such. */
export function sharedPartOf({ type, tree, text }: ParsedStatement): "roles" | "settings" | undefined {
  const comment = as(tree, "CommentStmt")?.objtype;
  if (aboutRoles.has(type) || comment === "OBJECT_ROLE") return "roles";
  const isSetting = type === "AlterRoleSetStmt" || type === "AlterDatabaseSetStmt";
  return isSetting || comment === "OBJECT_DATABASE" || isInThisDatabase(text) ? "settings" : undefined;
}

/** The roles that a statement makes. */
export function roleMadeBy({ tree }: ParsedStatement): string | undefined {
  return as(tree, "CreateRoleStmt")?.role;
}

/** The roles whose facts a statement about roles changes. */
export function rolesChangedBy({ tree }: ParsedStatement): string[] {
  const grant = as(tree, "GrantRoleStmt");
  const comment = as(tree, "CommentStmt");
  const specs = [
    as(tree, "AlterRoleStmt")?.role,
    as(tree, "AlterRoleSetStmt")?.role,
    ...(grant?.grantee_roles ?? []).map((node) => as(node, "RoleSpec")),
  ];
  const commented = comment?.objtype === "OBJECT_ROLE" ? as(comment.object, "String")?.sval : undefined;
  return [...specs.map((spec) => spec?.rolename), commented].filter((one) => one !== undefined);
}
