import type { Node } from "libpg-query";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import type { DesiredStatement } from "../desired/state.js";
import { as, type QualifiedName, qualified, relationName, strings } from "../desired/tree.js";
import type { SourceLocation } from "../error.js";
import { alterations, columnConstraints } from "./tree.js";

/** Where the schema files define a fact: its own place, or else that of what it belongs to. */
export function placesOf(
  statements: readonly DesiredStatement[],
  catalog: Catalog,
): (id: FactId) => SourceLocation | undefined {
  const places = new Map<string, SourceLocation>();
  for (const desired of statements) {
    for (const [key, at] of definedBy(desired)) if (!places.has(key)) places.set(key, at);
  }
  const placeOf = (id: FactId | undefined): SourceLocation | undefined => {
    const fact = catalog.whole.get(id);
    if (fact === undefined) return undefined;
    const own = keysOf(fact).map((key) => places.get(key));
    return own.find((at) => at !== undefined) ?? placeOf(fact.parent ?? targetOf(fact));
  };
  return placeOf;
}

const targetOf = ({ identity }: Fact) => (identity.of === undefined ? undefined : factId(identity.of));

/** The names under which a fact's definition is known: of a routine also the one without its arguments. */
function keysOf(fact: Fact): string[] {
  const { id, identity, attributes, parent } = fact;
  if (isKind(fact, "index")) {
    return [id, `${parent} INDEX ${columnsOf(fact.attributes.definition)}`];
  }
  if (identity.kind === "constraint" && "definition" in attributes) {
    return [id, unnamedKey(identity, attributes.definition)];
  }
  if (identity.args === undefined) return [id];
  const { args, ...bare } = identity;
  return [id, `${factId(bare)} ${args.length}`, factId(bare)];
}

/** A constraint whose name PostgreSQL chose: by its table and its columns. */
function unnamedKey({ schema, on }: Identity, definition: string): string {
  const [kind = ""] = /^[A-Z ]+(?= \()/.exec(definition) ?? [];
  return `${schema}.${on} ${kind} ${columnsOf(definition)}`;
}

const columnsOf = (definition: string) => (/\(([^()]*)\)/.exec(definition)?.[1] ?? "").replaceAll('"', "");

type Place = readonly [key: string, at: SourceLocation];

function definedBy({ statement, schema }: DesiredStatement): Place[] {
  const { tree, at, source, offset } = statement;
  const here = (location: number | undefined) =>
    location === undefined ? at : source.locate(offset(location));
  const own = (kind: string, path: QualifiedName | undefined): Place[] =>
    path === undefined ? [] : [[factId({ kind, schema: path.schema ?? schema, name: path.name }), at]];
  const on = (relation: QualifiedName | undefined) => ({
    schema: relation?.schema ?? schema,
    on: relation?.name ?? "",
  });

  const schemaName = as(tree, "CreateSchemaStmt")?.schemaname;
  if (schemaName !== undefined) return [[factId({ kind: "schema", name: schemaName }), at]];
  const table = as(tree, "CreateStmt");
  const relation = relationName(table?.relation);
  if (table !== undefined && relation !== undefined) {
    return [...own("table", relation), ...elements(table.tableElts ?? [], on(relation), here)];
  }
  const alter = as(tree, "AlterTableStmt");
  if (alter !== undefined) {
    const place = on(relationName(alter.relation));
    return alterations(tree).flatMap(({ command, column, constraint }): Place[] => {
      if (column !== undefined) return elements([{ ColumnDef: column }], place, here);
      if (constraint !== undefined) return elements([{ Constraint: constraint }], place, here);
      const kind = satellites[command.subtype ?? ""];
      return kind === undefined ? [] : [[factId({ kind, ...place }), at]];
    });
  }
  const index = as(tree, "IndexStmt");
  if (index !== undefined) {
    const { schema: where, on: name } = on(relationName(index.relation));
    if (index.idxname !== undefined)
      return [[factId({ kind: "index", schema: where, name: index.idxname }), at]];
    const columns = (index.indexParams ?? []).map((node) => as(node, "IndexElem")?.name).join(", ");
    return [[`${factId({ kind: "table", schema: where, name })} INDEX ${columns}`, at]];
  }
  const routine = as(tree, "CreateFunctionStmt");
  if (routine !== undefined) {
    const path = qualified(strings(routine.funcname));
    const kind = routine.is_procedure === true ? "procedure" : "function";
    const inputs = (routine.parameters ?? []).filter((node) => {
      const mode = as(node, "FunctionParameter")?.mode;
      return mode !== "FUNC_PARAM_TABLE" && (kind === "procedure" || mode !== "FUNC_PARAM_OUT");
    });
    return own(kind, path).flatMap(([key, place]): Place[] => [
      [`${key} ${inputs.length}`, place],
      [key, place],
    ]);
  }
  const policy = as(tree, "CreatePolicyStmt");
  if (policy?.policy_name !== undefined) {
    return [[factId({ kind: "policy", ...on(relationName(policy.table)), name: policy.policy_name }), at]];
  }
  const trigger = as(tree, "CreateTrigStmt");
  if (trigger?.trigname !== undefined) {
    return [[factId({ kind: "trigger", ...on(relationName(trigger.relation)), name: trigger.trigname }), at]];
  }
  return [
    ...own("view", relationName(as(tree, "ViewStmt")?.view)),
    ...own("materialized view", relationName(as(tree, "CreateTableAsStmt")?.into?.rel)),
    ...own("sequence", relationName(as(tree, "CreateSeqStmt")?.sequence)),
    ...own("enum", qualified(strings(as(tree, "CreateEnumStmt")?.typeName))),
    ...own("domain", qualified(strings(as(tree, "CreateDomainStmt")?.domainname))),
    ...own("composite type", relationName(as(tree, "CompositeTypeStmt")?.typevar)),
    ...own("range", qualified(strings(as(tree, "CreateRangeStmt")?.typeName))),
  ];
}

const satellites: Readonly<Record<string, string>> = {
  AT_EnableRowSecurity: "row security",
  AT_ForceRowSecurity: "row security",
  AT_ReplicaIdentity: "replica identity",
};

/** Columns and constraints in a list, or at a column. */
function elements(
  nodes: readonly Node[],
  place: { readonly schema: string; readonly on: string },
  here: (location: number | undefined) => SourceLocation,
): Place[] {
  return nodes.flatMap((node): Place[] => {
    const column = as(node, "ColumnDef");
    if (column?.colname !== undefined) {
      const at = here(column.location);
      return [
        [factId({ kind: "column", ...place, name: column.colname }), at],
        ...columnConstraints(column).flatMap(({ contype, conname, location }): Place[] => [
          ...(conname === undefined
            ? []
            : [[factId({ kind: "constraint", ...place, name: conname }), here(location)] as const]),
          [`${place.schema}.${place.on} ${words[contype ?? ""] ?? ""} ${column.colname}`, here(location)],
        ]),
      ];
    }
    const constraint = as(node, "Constraint");
    if (constraint === undefined) return [];
    const { contype, conname, location, keys, fk_attrs } = constraint;
    if (conname !== undefined) {
      return [[factId({ kind: "constraint", ...place, name: conname }), here(location)]];
    }
    const columns = strings(fk_attrs ?? keys).join(", ");
    return [[`${place.schema}.${place.on} ${words[contype ?? ""] ?? ""} ${columns}`, here(location)]];
  });
}

const words: Readonly<Record<string, string>> = {
  CONSTR_FOREIGN: "FOREIGN KEY",
  CONSTR_PRIMARY: "PRIMARY KEY",
  CONSTR_UNIQUE: "UNIQUE",
};
