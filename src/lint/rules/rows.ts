import type { Node } from "libpg-query";
import { as, relationName, strings } from "../../desired/tree.js";
import { outermost, printedList } from "../../kinds/printed-list.js";
import type { ChangeContext, ChangeRules, FoundInStatement, Standing } from "../rule.js";
import { alterations, columnConstraints } from "../tree.js";

/** Statements that change rows, and columns that rows must have a value for. */
export const rowRules: ChangeRules = {
  truncate: ({ written: { statement }, standing }) =>
    (as(statement.tree, "TruncateStmt")?.relations ?? []).flatMap((node) => {
      const relation = as(node, "RangeVar");
      const table = standing(relationName(relation));
      if (table === undefined) return [];
      return [
        {
          message: `table ${table.relation} loses all it holds`,
          next: ["take a backup, and approve DATA_LOSS when you apply"],
          location: relation?.location,
        },
      ];
    }),

  "truncate-cascade": (context) => {
    const truncate = as(context.written.statement.tree, "TruncateStmt");
    if (truncate?.behavior !== "DROP_CASCADE") return [];
    const named = (truncate.relations ?? []).flatMap(
      (node) => context.standing(relationName(as(node, "RangeVar"))) ?? [],
    );
    const more = referencing(named, context);
    if (more.length === 0) return [];
    return [
      {
        message: `CASCADE empties tables that it does not name: ${more.join(", ")}`,
        next: ["name each table that is to be emptied, and delete CASCADE"],
      },
    ];
  },

  "delete-all": ({ written: { statement }, standing }) => {
    const remove = as(statement.tree, "DeleteStmt");
    const table = standing(relationName(remove?.relation));
    if (remove === undefined || remove.whereClause !== undefined || table === undefined) return [];
    return [
      {
        message: `table ${table.relation} loses all it holds: DELETE has no condition`,
        next: ["say which rows: WHERE …", "or take a backup, and approve DATA_LOSS when you apply"],
      },
    ];
  },

  "backfill-in-transaction": (context) => {
    const table = manyRows(context);
    if (table === undefined || holdsStrongLock(context)) return [];
    return [
      {
        message: `many rows of ${table.relation} change in one transaction: they stay locked to its end, and it leaves as many dead rows`,
        next: [
          "UPDATE in batches: -- dm:step backfill",
          "DELETE in a job of your own, a few thousand rows at a time",
        ],
      },
    ];
  },

  "backfill-with-ddl": (context) => {
    const table = manyRows(context);
    if (table === undefined || !holdsStrongLock(context)) return [];
    const blocked = context.work.filter(({ code }) => code.startsWith("BLOCKS_")).map(({ what }) => what);
    return [
      {
        message: `rows of ${table.relation} change while the transaction holds a strong lock: ${blocked.join("; ")}`,
        next: ["put it behind the change: -- dm:step backfill, or -- dm:step commit"],
      },
    ];
  },

  "required-column": ({ written: { statement }, standing, before }) =>
    alterations(statement.tree).flatMap(({ relation, command, column }): FoundInStatement[] => {
      const table = standing(relation);
      if (command.subtype !== "AT_AddColumn" || column === undefined || table === undefined) return [];
      const types = new Set(columnConstraints(column).map(({ contype }) => contype));
      const isRequired = types.has("CONSTR_NOTNULL") || types.has("CONSTR_PRIMARY");
      const hasValue =
        types.has("CONSTR_DEFAULT") || types.has("CONSTR_IDENTITY") || types.has("CONSTR_GENERATED");
      const type = strings(column.typeName?.names);
      if (!isRequired || hasValue || /^(big|small)?serial\d?$/.test(type.at(-1) ?? "")) return [];
      const hasDomainDefault = before.whole
        .ofKind("domain")
        .some(({ identity, attributes }) => identity.name === type.at(-1) && attributes.default !== null);
      if (hasDomainDefault) return [];
      return [
        {
          message: `column ${table.relation}.${column.colname} is NOT NULL and has no default: it fails on rows that are there, and code that does not know of it cannot insert`,
          next: [
            "add it with a DEFAULT",
            "or nullable, fill it (-- dm:step backfill), and SET NOT NULL in a later revision",
          ],
          location: column.location,
        },
      ];
    }),
};

/** The large table whose rows change, but for the few that a key names. */
function manyRows(context: ChangeContext): Standing | undefined {
  const { written, standing, isLarge } = context;
  if (written.mode === "backfill") return undefined;
  const { tree } = written.statement;
  const update = as(tree, "UpdateStmt") ?? as(tree, "DeleteStmt");
  const table = standing(relationName(update?.relation));
  if (update === undefined || table === undefined || !isLarge(table)) return undefined;
  return namesKey(update.whereClause, table, context) ? undefined : table;
}

function holdsStrongLock({ work }: ChangeContext): boolean {
  return work.some(({ code }) => code === "BLOCKS_READS" || code === "BLOCKS_WRITES");
}

/** Whether a condition gives every column of a unique key a constant. */
function namesKey(condition: Node | undefined, { id }: Standing, { before }: ChangeContext): boolean {
  const given = new Set(constants(condition));
  const keys = [
    ...before.whole
      .childrenOfKind(id, "constraint")
      .filter(({ attributes: { type } }) => type === "primary key" || type === "unique")
      .map(({ attributes: { definition } }) => definition),
    ...before.whole
      .childrenOfKind(id, "index")
      .filter(({ attributes: { unique, definition } }) => unique && outermost(definition, " WHERE ") < 0)
      .map(({ attributes: { definition } }) => definition),
  ];
  return keys.some((key) => printedList(key).items.every((item) => given.has(item.replaceAll('"', ""))));
}

/** Columns that a condition compares with constants, as far as AND goes. */
function constants(condition: Node | undefined): string[] {
  const both = as(condition, "BoolExpr");
  if (both?.boolop === "AND_EXPR") return (both.args ?? []).flatMap(constants);
  const compare = as(condition, "A_Expr");
  const isEqual =
    compare?.kind === "AEXPR_OP" || compare?.kind === "AEXPR_IN" || compare?.kind === "AEXPR_OP_ANY";
  if (compare === undefined || !isEqual || strings(compare.name)[0] !== "=") return [];
  const column = strings(as(compare.lexpr, "ColumnRef")?.fields).at(-1);
  const hasSubquery = JSON.stringify(compare.rexpr ?? {}).includes('"SubLink"');
  const hasColumn = JSON.stringify(compare.rexpr ?? {}).includes('"ColumnRef"');
  return column === undefined || hasSubquery || hasColumn ? [] : [column];
}

/** Tables whose foreign keys lead to these, and on; as names. */
function referencing(tables: readonly Standing[], { before }: ChangeContext): string[] {
  const named = new Set(tables.map(({ id }) => id));
  const reached = new Set(named);
  for (const id of reached) {
    for (const { from } of before.whole.dependents(id)) {
      const fact = before.whole.get(from);
      const isKey = fact?.identity.kind === "constraint" && fact.parent !== undefined && fact.parent !== id;
      if (isKey && fact.parent !== undefined) reached.add(fact.parent);
    }
  }
  return [...reached].filter((id) => !named.has(id));
}
