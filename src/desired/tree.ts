import type { Node, RangeVar } from "libpg-query";

type AnyNode = Node extends infer N ? (N extends Node ? { [K in keyof N]: N[K] } : never) : never;
type NodeMap = { [N in AnyNode as keyof N]: N[keyof N] };

/** The node inside of its wrapper, if it is of this type: `as(tree, "CreateStmt")`. */
export function as<K extends keyof NodeMap>(node: Node | undefined, type: K): NodeMap[K] | undefined {
  return node === undefined ? undefined : (node as Partial<NodeMap>)[type];
}

/** The strings of a list, such as the parts of a qualified name. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => as(node, "String")?.sval ?? []);
}

export interface QualifiedName {
  readonly schema?: string;
  readonly name: string;
}

/** `{a, b}` of `a.b`; a third part in front (the database's name) means nothing. */
export function qualified(parts: readonly string[]): QualifiedName | undefined {
  const name = parts.at(-1);
  const schema = parts.at(-2);
  if (name === undefined) return undefined;
  return schema === undefined ? { name } : { schema, name };
}

export function relationName(relation: RangeVar | undefined): QualifiedName | undefined {
  if (relation?.relname === undefined) return undefined;
  const { schemaname, relname } = relation;
  return schemaname === undefined ? { name: relname } : { schema: schemaname, name: relname };
}

/** Calls back for every object in a tree, outermost first. */
export function walk(tree: unknown, visit: (node: Readonly<Record<string, unknown>>) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) walk(item, visit);
  } else if (typeof tree === "object" && tree !== null) {
    visit(tree as Readonly<Record<string, unknown>>);
    for (const value of Object.values(tree)) if (typeof value === "object") walk(value, visit);
  }
}
