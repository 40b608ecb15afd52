import type { Node } from "libpg-query";
import type { Catalog } from "../../catalog/catalog.js";
import { isKind } from "../../catalog/fact.js";
import { type FactId, factId } from "../../catalog/identity.js";
import { as, qualified, type relationName, strings } from "../../desired/tree.js";
import { enumerated } from "../../hazards/codes.js";
import type { ChangeContext, ChangeRules, FoundInStatement, Standing } from "../rule.js";
import { alterations } from "../tree.js";

const keep =
  "is it a rename? ALTER … RENAME keeps what it holds; else take a backup and approve DATA_LOSS when you apply";

/** What goes, and what goes with it. */
export const dropRules: ChangeRules = {
  "drop-table": (context) =>
    relationsDropped(context, "OBJECT_TABLE").map(({ relation }) => ({
      message: `table ${relation} goes with all it holds`,
      next: [keep],
    })),

  "drop-column": (context) =>
    alterations(context.written.statement.tree).flatMap(({ relation, command }) => {
      const table = context.standing(relation);
      if (command.subtype !== "AT_DropColumn" || table === undefined) return [];
      return [{ message: `column ${table.relation}.${command.name} goes with all it holds`, next: [keep] }];
    }),

  "drop-schema": ({ written: { statement }, before }) => {
    const drop = as(statement.tree, "DropStmt");
    if (drop?.removeType !== "OBJECT_SCHEMA") return [];
    return (drop.objects ?? []).flatMap((object): FoundInStatement[] => {
      const schema = as(object, "String")?.sval ?? "";
      const id = factId({ kind: "schema", name: schema });
      const holds = before.whole.children(id).filter(({ identity }) => identity.kind === "table");
      if (drop.behavior !== "DROP_CASCADE" || holds.length === 0) return [];
      return [
        { message: `schema ${schema} goes with ${enumerated(holds.map((one) => one.id))}`, next: [keep] },
      ];
    });
  },

  "drop-cascade": (context) => {
    const { tree } = context.written.statement;
    const drop = as(tree, "DropStmt");
    const cascades = [
      ...(drop?.behavior === "DROP_CASCADE" ? dropTargets(tree, context) : []),
      ...alterations(tree).flatMap(({ relation, command }) => alterTargets(relation, command, context)),
    ];
    return cascades.flatMap((id): FoundInStatement[] => {
      const victims = alsoGone(id, context.before.whole);
      if (victims.length === 0) return [];
      return [
        {
          message: `CASCADE takes more than it names: ${enumerated(victims)}`,
          next: ["drop those one by one above it, or change them so that they need it no longer"],
        },
      ];
    });
  },

  "drop-not-null": (context) =>
    alterations(context.written.statement.tree).flatMap(({ relation, command }) => {
      const table = context.standing(relation);
      if (command.subtype !== "AT_DropNotNull" || table === undefined) return [];
      return [
        {
          message: `${table.relation}.${command.name} may be NULL from now on, and code that reads it may not expect that`,
          next: ["deploy code that can read NULL first, then say so: -- @ignore drop-not-null: REASON"],
        },
      ];
    }),

  "drop-default": ({ written: { statement }, standing, before }) =>
    alterations(statement.tree).flatMap(({ relation, command }) => {
      const table = standing(relation);
      if (command.subtype !== "AT_ColumnDefault" || command.def !== undefined || table === undefined)
        return [];
      const column = columnOf(before, table, command.name);
      if (column === undefined || before.childrenOfKind(column, "not null").length === 0) return [];
      if (before.childrenOfKind(column, "default").length === 0) return [];
      return [
        {
          message: `code that inserts without ${table.relation}.${command.name} fails: it is NOT NULL and loses its default`,
          next: ["deploy code that gives a value first, then say so: -- @ignore drop-default: REASON"],
        },
      ];
    }),

  "index-drop-not-concurrent": (context) => {
    if (as(context.written.statement.tree, "DropStmt")?.concurrent === true) return [];
    return relationsDropped(context, "OBJECT_INDEX")
      .filter((index) => context.isLarge(index))
      .map(({ relation }) => ({
        message: `DROP INDEX ${relation} waits for all who use its table, and all others wait behind it`,
        next: ["-- dm:step autocommit, then DROP INDEX CONCURRENTLY"],
      }));
  },

  "detach-not-concurrent": ({ written: { statement }, standing, isLarge }) =>
    alterations(statement.tree).flatMap(({ relation, command }) => {
      const parent = standing(relation);
      const cmd = as(command.def, "PartitionCmd");
      if (command.subtype !== "AT_DetachPartition" || cmd?.concurrent === true || parent === undefined)
        return [];
      if (!isLarge(parent)) return [];
      return [
        {
          message: `DETACH PARTITION keeps everybody from ${parent.relation} until all who use it have ended`,
          next: [
            "-- dm:step autocommit, then DETACH PARTITION … CONCURRENTLY: not where there is a default partition",
          ],
        },
      ];
    }),
};

function relationsDropped({ written: { statement }, standing }: ChangeContext, type: string): Standing[] {
  const drop = as(statement.tree, "DropStmt");
  if (drop?.removeType !== type) return [];
  return (drop.objects ?? []).flatMap(
    (object) => standing(qualified(strings(as(object, "List")?.items))) ?? [],
  );
}

function dropTargets(tree: Node, { standing, before }: ChangeContext): FactId[] {
  const drop = as(tree, "DropStmt");
  return (drop?.objects ?? []).flatMap((object) => {
    const type = as(object, "TypeName")?.names;
    const path = qualified(strings(as(object, "List")?.items ?? type));
    const found = standing(path)?.id;
    if (found !== undefined || path === undefined) return found ?? [];
    // A type, a domain, a function by its only name.
    const { schema = "public", name } = path;
    const others = [...before.whole.facts.values()].filter(
      ({ identity }) => identity.schema === schema && identity.name === name && identity.on === undefined,
    );
    return others.filter(({ identity }) => identity.kind !== "schema").map(({ id }) => id);
  });
}

function alterTargets(
  relation: ReturnType<typeof relationName>,
  command: { readonly subtype?: string; readonly behavior?: string; readonly name?: string },
  { standing, before }: ChangeContext,
): FactId[] {
  const table = standing(relation);
  if (command.behavior !== "DROP_CASCADE" || table === undefined) return [];
  const part = command.subtype === "AT_DropColumn" ? "column" : "constraint";
  const found = before.whole
    .children(table.id)
    .find(({ identity }) => identity.kind === part && identity.name === command.name);
  return found === undefined ? [] : [found.id];
}

/** What needs a thing and is no part of it. */
function alsoGone(id: FactId, catalog: Catalog): FactId[] {
  const gone = new Set<FactId>([id]);
  const victims: FactId[] = [];
  for (const each of gone) {
    for (const { from, type } of catalog.dependents(each)) {
      if (gone.has(from)) continue;
      gone.add(from);
      const fact = catalog.get(from);
      const isPart =
        type !== "needs" ||
        fact?.identity.of !== undefined ||
        (fact?.parent !== undefined && gone.has(fact.parent));
      if (!isPart) victims.push(from);
    }
  }
  return victims;
}

/** The column of a table by its name. */
export function columnOf(catalog: Catalog, table: Standing, name: string | undefined): FactId | undefined {
  return catalog.whole
    .children(table.id)
    .find((fact) => isKind(fact, "column") && fact.identity.name === name)?.id;
}
