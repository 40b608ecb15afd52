import { factId } from "../../catalog/identity.js";
import { as, qualified, relationName, strings } from "../../desired/tree.js";
import { isKindName, kindOf } from "../../kinds/index.js";
import type { ChangeContext, ChangeRules, FoundInStatement } from "../rule.js";

const first = "deploy code that works with both names first";

/** What code finds under another name. */
export const renameRules: ChangeRules = {
  "rename-table": (context) => {
    const { tree } = context.written.statement;
    const rename = as(tree, "RenameStmt");
    const moved = as(tree, "AlterObjectSchemaStmt");
    const isTable = rename?.renameType === "OBJECT_TABLE" || moved?.objectType === "OBJECT_TABLE";
    const from = relationName(rename?.relation ?? moved?.relation);
    const table = isTable ? context.standing(from) : undefined;
    if (table === undefined || hasStandIn(from, context)) return [];
    return [
      {
        message: `code that names ${table.relation} does not find it any more`,
        next: [
          first,
          `or keep the old name in the same transaction: CREATE VIEW ${table.relation} AS SELECT * FROM …`,
        ],
      },
    ];
  },

  "rename-column": ({ written: { statement }, standing }) => {
    const rename = as(statement.tree, "RenameStmt");
    const table = standing(relationName(rename?.relation));
    if (rename?.renameType !== "OBJECT_COLUMN" || table === undefined) return [];
    return [
      {
        message: `code that names ${table.relation}.${rename.subname} does not find it any more`,
        next: [first, "or add a second column, keep both the same by a trigger, and drop the old one later"],
      },
    ];
  },

  "rename-object": (context) => {
    const { tree } = context.written.statement;
    const found = renamedObject(tree, context);
    return found === undefined ? [] : [found];
  },
};

/** A view that the same transaction puts in the old table's place. */
function hasStandIn(old: ReturnType<typeof relationName>, { written, half, schema }: ChangeContext): boolean {
  return half.some(({ statement, transaction }) => {
    const view = relationName(as(statement.tree, "ViewStmt")?.view);
    if (view === undefined || transaction !== written.transaction) return false;
    return view.name === old?.name && (view.schema ?? schema) === (old.schema ?? schema);
  });
}

function renamedObject(
  tree: Parameters<typeof as>[0],
  { before, standing, schema: current }: ChangeContext,
): FoundInStatement | undefined {
  const value = as(tree, "AlterEnumStmt");
  const rename = as(tree, "RenameStmt");
  const moved = as(tree, "AlterObjectSchemaStmt");
  const type = rename?.renameType ?? moved?.objectType;
  if (type === "OBJECT_TABLE" || type === "OBJECT_COLUMN") return undefined;
  const told = (what: string): FoundInStatement => ({
    message: `code that names ${what} does not find it any more`,
    next: [first],
  });
  if (value?.oldVal !== undefined) {
    const name = qualified(strings(value.typeName));
    const isKnown = before.whole.has(
      factId({ kind: "enum", schema: name?.schema ?? current, name: name?.name ?? "" }),
    );
    return isKnown ? told(`the value ${value.oldVal} of ${name?.name}`) : undefined;
  }
  const relation = standing(relationName(rename?.relation ?? moved?.relation));
  if (relation !== undefined) {
    const { kind } = before.whole.get(relation.id)?.identity ?? {};
    return kind !== undefined && isNamedByCode(kind) ? told(relation.id) : undefined;
  }
  const object = rename?.object ?? moved?.object;
  const parts =
    as(object, "ObjectWithArgs")?.objname ?? as(object, "List")?.items ?? as(object, "TypeName")?.names;
  const path = qualified(strings(parts));
  const schema = type === "OBJECT_SCHEMA" ? rename?.subname : undefined;
  if (schema !== undefined) {
    return before.whole.has(factId({ kind: "schema", name: schema })) ? told(`schema ${schema}`) : undefined;
  }
  if (path === undefined) return undefined;
  const known = [...before.whole.facts.values()].find(
    ({ identity }) =>
      identity.name === path.name &&
      identity.schema === (path.schema ?? current) &&
      isNamedByCode(identity.kind),
  );
  return known === undefined ? undefined : told(known.id);
}

const isNamedByCode = (kind: string) => isKindName(kind) && kindOf(kind).isNamedByCode !== undefined;
