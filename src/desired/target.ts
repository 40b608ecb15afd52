import type { Constraint, Node } from "libpg-query";
import type { Identity } from "../catalog/identity.js";
import { DmError } from "../error.js";
import type { Comment, ParsedStatement } from "../parse/parser.js";
import { type Element, type ElementList, elementsAt } from "../parse/scan.js";
import type { DesiredStatement } from "./state.js";
import { as, type QualifiedName, qualified, relationName, strings } from "./tree.js";

export interface Target {
  readonly target: Identity;
  readonly argumentCount?: number;
}

/** What the definition is that a comment stands at: the statement's own object or one part of it. */
export function targetOf(comment: Comment, desired: DesiredStatement): Target | undefined {
  const { statement } = desired;
  const alter = as(statement.tree, "AlterTableStmt");
  if (alter !== undefined) return alteredPart(comment, desired);
  const own = statementTarget(desired);
  if (comment.place !== "inside") return own;
  const list = partsOf(statement);
  if (list === undefined) return own;
  const element = elementBeside(comment, list, statement);
  if (element === "whole") return own;
  if (element === "nothing" || own === undefined) return undefined;
  return partTarget(element, list.elements.indexOf(element), comment, desired, own.target);
}

/** The identity of what a statement defines. */
function statementTarget({ statement, schema }: DesiredStatement): Target | undefined {
  const { tree } = statement;
  const at = (kind: string, name: QualifiedName | undefined, on?: string): Target | undefined => {
    if (name === undefined) return undefined;
    const place = { schema: name.schema ?? schema, ...(on === undefined ? {} : { on }) };
    return { target: { kind, ...place, name: name.name } };
  };
  const onRelation = (kind: string, relation: QualifiedName | undefined, name: string | undefined) =>
    relation === undefined || name === undefined
      ? undefined
      : at(
          kind,
          { name, ...(relation.schema === undefined ? {} : { schema: relation.schema }) },
          relation.name,
        );

  const schemaName = as(tree, "CreateSchemaStmt")?.schemaname;
  if (schemaName !== undefined) return { target: { kind: "schema", name: schemaName } };
  const index = as(tree, "IndexStmt");
  if (index?.idxname !== undefined) {
    return at("index", { ...relationName(index.relation), name: index.idxname });
  }
  const routine = as(tree, "CreateFunctionStmt");
  if (routine !== undefined) {
    const target = at(routine.is_procedure ? "procedure" : "function", qualified(strings(routine.funcname)));
    return (
      target && {
        ...target,
        argumentCount: inputArguments(routine.parameters, routine.is_procedure ?? false),
      }
    );
  }
  const trigger = as(tree, "CreateTrigStmt");
  const policy = as(tree, "CreatePolicyStmt");
  const definition = as(tree, "DefineStmt");
  return (
    at("table", relationName(as(tree, "CreateStmt")?.relation)) ??
    at("foreign table", relationName(as(tree, "CreateForeignTableStmt")?.base?.relation)) ??
    at("view", relationName(as(tree, "ViewStmt")?.view)) ??
    at("materialized view", relationName(as(tree, "CreateTableAsStmt")?.into?.rel)) ??
    at("sequence", relationName(as(tree, "CreateSeqStmt")?.sequence)) ??
    at("enum", qualified(strings(as(tree, "CreateEnumStmt")?.typeName))) ??
    at("domain", qualified(strings(as(tree, "CreateDomainStmt")?.domainname))) ??
    at("composite type", relationName(as(tree, "CompositeTypeStmt")?.typevar)) ??
    at("range", qualified(strings(as(tree, "CreateRangeStmt")?.typeName))) ??
    (definition?.kind === "OBJECT_TYPE" ? at("type", qualified(strings(definition.defnames))) : undefined) ??
    onRelation("trigger", relationName(trigger?.relation), trigger?.trigname) ??
    onRelation("policy", relationName(policy?.table), policy?.policy_name)
  );
}

/** PostgreSQL tells routines apart by what they take in; procedures by what they give back, too. */
function inputArguments(parameters: readonly Node[] | undefined, isProcedure: boolean): number {
  const modes = (parameters ?? []).map((node) => as(node, "FunctionParameter")?.mode);
  return modes.filter((mode) => mode !== "FUNC_PARAM_TABLE" && (isProcedure || mode !== "FUNC_PARAM_OUT"))
    .length;
}

/** The list of columns and constraints, of values or of attributes. */
function partsOf({ tree, tokens }: ParsedStatement): ElementList | undefined {
  const isListed =
    (as(tree, "CreateStmt") ?? as(tree, "CreateForeignTableStmt")?.base)?.tableElts !== undefined ||
    as(tree, "CreateEnumStmt") !== undefined ||
    as(tree, "CompositeTypeStmt") !== undefined;
  if (!isListed) return undefined;
  return elementsAt(
    tokens,
    tokens.findIndex((token) => token.text === "("),
  );
}

/**
 * Which element a comment stands at: in it or behind it on its line, or else above it. Behind the opening
 * parenthesis and outside of the list it stands at the whole; in an enum also above the first value.
 */
function elementBeside(
  comment: Comment,
  list: ElementList,
  statement: ParsedStatement,
): Element | "whole" | "nothing" {
  const { elements, open, close } = list;
  if (comment.start < open.start || comment.start > close.start) return "whole";
  const isOneLine = (from: number, to: number) => !statement.source.text.slice(from, to).includes("\n");
  const before = elements.findLast((element) => element.start < comment.start);
  const next = elements.find((element) => element.start > comment.start);
  if (before === undefined) {
    const isAtParenthesis = isOneLine(open.end, comment.start);
    return isAtParenthesis || statement.type === "CreateEnumStmt" || next === undefined ? "whole" : next;
  }
  if (comment.start < before.end) return before;
  const comma = list.commas[elements.indexOf(before)];
  const isBehindComma = comma !== undefined && comma.start < comment.start;
  const isRightBeforeNext = isBehindComma && next !== undefined && isOneLine(comment.end, next.start);
  if (isOneLine(before.end, comment.start) && !isRightBeforeNext) return before;
  return next ?? "nothing";
}

function partTarget(
  element: Element,
  index: number,
  comment: Comment,
  { statement }: DesiredStatement,
  whole: Identity,
): Target | undefined {
  const place = { ...(whole.schema === undefined ? {} : { schema: whole.schema }), on: whole.name ?? "" };
  const { tree } = statement;
  const value = as(tree, "CreateEnumStmt")?.vals?.[index];
  if (value !== undefined)
    return { target: { kind: "enum value", ...place, name: strings([value])[0] ?? "" } };
  const attribute = as(as(tree, "CompositeTypeStmt")?.coldeflist?.[index], "ColumnDef")?.colname;
  if (attribute !== undefined) return { target: { kind: "attribute", ...place, name: attribute } };
  const table = as(tree, "CreateStmt") ?? as(tree, "CreateForeignTableStmt")?.base;
  const node = table?.tableElts?.[index];
  const constraint = as(node, "Constraint");
  if (constraint !== undefined) return constraintTarget(constraint, place, comment, statement);
  const column = as(node, "ColumnDef");
  if (column?.colname === undefined) return undefined;
  const constraints = (column.constraints ?? []).flatMap((item) => as(item, "Constraint") ?? []);
  const onOwnLine = constraints.find((item) => standsOnLine(item, comment, element, statement));
  if (onOwnLine !== undefined) return constraintTarget(onOwnLine, place, comment, statement);
  return { target: { kind: "column", ...place, name: column.colname } };
}

/** A named constraint of a column that begins a line, with the comment on that line. */
function standsOnLine(
  { conname, location }: Constraint,
  comment: Comment,
  element: Element,
  { source, offset }: ParsedStatement,
): boolean {
  if (conname === undefined || location === undefined) return false;
  const start = offset(location);
  if (start > comment.start || source.text.slice(start, comment.start).includes("\n")) return false;
  const lineStart = source.text.lastIndexOf("\n", start) + 1;
  return lineStart > element.start && source.text.slice(lineStart, start).trim() === "";
}

function constraintTarget(
  { conname }: Constraint,
  place: { schema?: string; on: string },
  comment: Comment,
  { source }: ParsedStatement,
): Target {
  if (conname !== undefined) return { target: { kind: "constraint", ...place, name: conname } };
  throw new DmError("DM2107", "the annotation stands at a constraint without a name", {
    at: source.locate(comment.start),
    next: ["name it: CONSTRAINT <name> …"],
  });
}

/** What ALTER TABLE adds: the one thing, or the one that the comment stands behind. */
function alteredPart(comment: Comment, { statement, schema }: DesiredStatement): Target | undefined {
  const alter = as(statement.tree, "AlterTableStmt");
  const relation = relationName(alter?.relation);
  if (alter === undefined || relation === undefined) return undefined;
  const place = { schema: relation.schema ?? schema, on: relation.name };
  const additions = (alter.cmds ?? []).flatMap((node) => {
    const definition = as(as(node, "AlterTableCmd")?.def, "ColumnDef");
    const constraint = as(as(node, "AlterTableCmd")?.def, "Constraint");
    const location = definition?.location ?? constraint?.location;
    return location === undefined ? [] : [{ start: statement.offset(location), definition, constraint }];
  });
  const isOnly = additions.length === 1 && alter.cmds?.length === 1;
  const behind =
    comment.place === "above" ? undefined : additions.findLast(({ start }) => start < comment.start);
  const one = isOnly ? additions[0] : behind;
  if (one?.constraint !== undefined) return constraintTarget(one.constraint, place, comment, statement);
  const name = one?.definition?.colname;
  if (name === undefined) return undefined;
  return { target: { kind: alter.objtype === "OBJECT_TYPE" ? "attribute" : "column", ...place, name } };
}
