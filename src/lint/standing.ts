import type { Catalog } from "../catalog/catalog.js";
import { searchPathSet } from "../desired/settings.js";
import { as, type QualifiedName, qualified, relationName, strings } from "../desired/tree.js";
import { kindOf } from "../kinds/index.js";
import type { ParsedStatement } from "../parse/parser.js";
import { name } from "../sql/sql.js";
import type { Standing } from "./rule.js";

const relationTypes = new Set<string | undefined>([
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_INDEX",
  "OBJECT_SEQUENCE",
  "OBJECT_FOREIGN_TABLE",
]);

/**
 * The relations of before a revision while its statements go by: what it drops is gone, what it renames has another
 * name, what it makes was not there and has no rows.
 */
export class StandingRelations {
  readonly #here = new Map<string, Standing>();
  #path: readonly string[] = ["public"];

  constructor(before: Catalog) {
    for (const fact of before.whole.facts.values()) {
      const { schema, name: own } = fact.identity;
      const isRelation = (kindOf(fact.identity.kind).occupies?.(fact) ?? []).some((one) =>
        one.startsWith("relation "),
      );
      if (!isRelation || schema === undefined || own === undefined || fact.identity.kind === "column")
        continue;
      const relation = name(schema, own).text;
      this.#here.set(relation, { id: fact.id, relation });
    }
  }

  /** The schema of a name without one. */
  get schema(): string {
    return this.#path[0] ?? "public";
  }

  find(relation: QualifiedName | undefined): Standing | undefined {
    if (relation === undefined) return undefined;
    const schemas = relation.schema === undefined ? this.#path : [relation.schema];
    for (const schema of schemas) {
      const found = this.#here.get(name(schema, relation.name).text);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** By its quoted name. */
  at(relation: string): Standing | undefined {
    return this.#here.get(relation);
  }

  /** Takes notice of what a statement does. */
  pass(statement: ParsedStatement): void {
    const { tree } = statement;
    this.#path = searchPathSet(statement)?.filter((schema) => schema !== "$user") ?? this.#path;
    const drop = as(tree, "DropStmt");
    if (relationTypes.has(drop?.removeType)) {
      for (const object of drop?.objects ?? []) this.#move(qualified(strings(as(object, "List")?.items)));
    }
    const rename = as(tree, "RenameStmt");
    const renamed = relationName(rename?.relation);
    if (relationTypes.has(rename?.renameType) && renamed !== undefined && rename?.newname !== undefined) {
      this.#move(renamed, { ...renamed, name: rename.newname });
    }
    const away = as(tree, "AlterObjectSchemaStmt");
    const moved = relationName(away?.relation);
    if (moved !== undefined && away?.newschema !== undefined) {
      this.#move(moved, { name: moved.name, schema: away.newschema });
    }
  }

  #move(from: QualifiedName | undefined, to?: QualifiedName): void {
    const found = this.find(from);
    if (from === undefined || found === undefined) return;
    const schemaOf = ({ schema }: QualifiedName) => schema ?? this.#schemaWith(from);
    this.#here.delete(name(schemaOf(from), from.name).text);
    if (to !== undefined) this.#here.set(name(schemaOf(to), to.name).text, found);
  }

  #schemaWith({ name: own }: QualifiedName): string {
    return this.#path.find((schema) => this.#here.has(name(schema, own).text)) ?? this.schema;
  }
}
