import type { Parser } from "../parse/parser.js";
import type { Step } from "../revision/revision.js";
import { allHazardCodes, type HazardCode } from "./codes.js";

type Tree = ReturnType<Parser["statements"]>[number]["tree"];

/** Codes of what the SQL of a hand-written way up does: that of which its statements alone tell. */
export function writtenHazards(up: readonly Step[], parser: Parser): readonly HazardCode[] {
  const trees = up.flatMap(({ sql }) => parser.statements(sql, "revision").map(({ tree }) => tree));
  const made = new Set(trees.flatMap(madeBy));
  const found = new Set(trees.flatMap((tree) => codesOf(tree, made)));
  return allHazardCodes.filter((code) => found.has(code));
}

/** Tables that the revision makes itself; what it does to them loses nothing. */
function madeBy(tree: Tree): string[] {
  if ("CreateStmt" in tree) return [tree.CreateStmt.relation?.relname ?? ""];
  return "CreateTableAsStmt" in tree ? [tree.CreateTableAsStmt.into?.rel?.relname ?? ""] : [];
}

function codesOf(tree: Tree, made: ReadonlySet<string>): HazardCode[] {
  const loss = (names: readonly (string | undefined)[]): HazardCode[] =>
    names.some((name) => !made.has(name ?? "")) ? ["DATA_LOSS"] : [];
  if ("AlterExtensionStmt" in tree) return ["EXTENSION_UPGRADE"];
  if ("TruncateStmt" in tree) {
    return loss(
      (tree.TruncateStmt.relations ?? []).map((one) => ("RangeVar" in one ? one.RangeVar.relname : "")),
    );
  }
  if ("DeleteStmt" in tree && tree.DeleteStmt.whereClause === undefined) {
    return loss([tree.DeleteStmt.relation?.relname]);
  }
  if ("AlterTableStmt" in tree) {
    const drops = (tree.AlterTableStmt.cmds ?? []).some(
      (command) => "AlterTableCmd" in command && command.AlterTableCmd.subtype === "AT_DropColumn",
    );
    return drops ? loss([tree.AlterTableStmt.relation?.relname]) : [];
  }
  if (!("DropStmt" in tree)) return [];
  const { removeType, behavior, objects = [] } = tree.DropStmt;
  if (removeType === "OBJECT_SCHEMA" && behavior === "DROP_CASCADE") return ["DATA_LOSS"];
  return removeType === "OBJECT_TABLE" ? loss(objects.map(lastName)) : [];
}

/** `patient` of the list that stands for `app.patient`. */
function lastName(object: Tree): string {
  const last = "List" in object ? object.List.items?.at(-1) : undefined;
  return last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
}
