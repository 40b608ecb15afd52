import type { DesiredStatement } from "./state.js";
import { as, relationName } from "./tree.js";

/**
 * Tables attached to another below their own indexes and constraints, in the same file: the parent takes these in.
 * Attached before them, the table would get some made by the parent, and its own would be others beside these.
 */
export function attachedLast(statements: readonly DesiredStatement[]): ReadonlySet<DesiredStatement> {
  const complete = new Set<string>();
  const found = new Set<DesiredStatement>();
  for (const desired of statements) {
    const { source, tree } = desired.statement;
    const key = (table: { schema?: string; name: string }) =>
      JSON.stringify([source.file, table.schema ?? desired.schema, table.name]);
    const indexed = relationName(as(tree, "IndexStmt")?.relation);
    if (indexed !== undefined) complete.add(key(indexed));
    const alter = as(tree, "AlterTableStmt");
    const altered = relationName(alter?.relation);
    for (const node of alter?.cmds ?? []) {
      const command = as(node, "AlterTableCmd");
      if (command?.subtype === "AT_AddConstraint" && altered !== undefined) complete.add(key(altered));
      if (command?.subtype !== "AT_AttachPartition") continue;
      const partition = relationName(as(command.def, "PartitionCmd")?.name);
      if (partition !== undefined && complete.has(key(partition))) found.add(desired);
    }
  }
  return found;
}
