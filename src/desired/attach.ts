import type { DesiredStatement } from "./state.js";
import { as, type QualifiedName, relationName } from "./tree.js";

/**
 * Tables attached to another below their own indexes and constraints, in the same file: the parent takes these in.
 * Attached before them, the table would get some made by the parent, and its own would be others beside these. Where
 * indexes are attached by name, as pg_dump writes it, the table has to be attached first.
 */
export function attachedLast(statements: readonly DesiredStatement[]): ReadonlySet<DesiredStatement> {
  const complete = new Set<string>();
  const tableOfIndex = new Map<string, string>();
  const late = new Map<DesiredStatement, string>();
  const early = new Set<string>();
  for (const desired of statements) {
    const { source, tree } = desired.statement;
    const key = ({ schema, name }: QualifiedName) => JSON.stringify([schema ?? desired.schema, name]);
    const inFile = (table: string) => `${source.file} ${table}`;
    const index = as(tree, "IndexStmt");
    const indexed = relationName(index?.relation);
    if (indexed !== undefined) {
      complete.add(inFile(key(indexed)));
      tableOfIndex.set(key({ ...indexed, name: index?.idxname ?? "" }), key(indexed));
    }
    const alter = as(tree, "AlterTableStmt");
    const altered = relationName(alter?.relation);
    for (const node of alter?.cmds ?? []) {
      const command = as(node, "AlterTableCmd");
      if (command?.subtype === "AT_AddConstraint" && altered !== undefined) {
        const keyName = as(command.def, "Constraint")?.conname ?? "";
        complete.add(inFile(key(altered)));
        tableOfIndex.set(key({ ...altered, name: keyName }), key(altered));
      }
      const part = relationName(as(command?.def, "PartitionCmd")?.name);
      if (command?.subtype !== "AT_AttachPartition" || part === undefined) continue;
      if (alter?.objtype === "OBJECT_INDEX") early.add(key(part));
      else if (complete.has(inFile(key(part)))) late.set(desired, key(part));
    }
  }
  const tables = new Set([...early].map((index) => tableOfIndex.get(index)));
  return new Set([...late].flatMap(([desired, table]) => (tables.has(table) ? [] : [desired])));
}
