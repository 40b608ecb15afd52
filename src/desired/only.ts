import type { Range } from "./foreign-keys.js";
import type { DesiredStatement } from "./state.js";
import { as, relationName } from "./tree.js";

/**
 * The word ONLY of a key or an index on a partitioned table whose partitions' indexes are not attached to it
 * by name. With ONLY it would stay invalid, since all partitions are made first; written before its
 * partitions it means them too.
 */
export function idleOnly(
  statements: readonly DesiredStatement[],
): (desired: DesiredStatement) => readonly Range[] {
  const attached = new Set<string | undefined>();
  const partitioned = new Set<string | undefined>();
  for (const { statement } of statements) {
    const create = as(statement.tree, "CreateStmt");
    if (create?.partspec !== undefined) partitioned.add(create.relation?.relname);
    const alter = as(statement.tree, "AlterTableStmt");
    if (alter?.objtype === "OBJECT_INDEX") attached.add(relationName(alter.relation)?.name);
  }
  return ({ statement }) => {
    const { tree, tokens } = statement;
    const alter = as(tree, "AlterTableStmt");
    const index = as(tree, "IndexStmt");
    const relation = alter?.relation ?? index?.relation;
    if (relation === undefined || relation.inh || !partitioned.has(relation.relname)) return [];
    const keys = (alter?.cmds ?? []).map((node) => as(as(node, "AlterTableCmd")?.def, "Constraint"));
    const isKey = keys.every((key) => key?.contype === "CONSTR_PRIMARY" || key?.contype === "CONSTR_UNIQUE");
    const names = index === undefined ? keys.map((key) => key?.conname) : [index.idxname];
    if (!isKey || names.some((name) => attached.has(name))) return [];
    return tokens.filter((token) => token.text.toLowerCase() === "only").slice(0, 1);
  };
}
