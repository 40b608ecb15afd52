import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** What the source of a kind says in comments. */
export interface KindProse {
  /** Of the interface of its attributes. */
  readonly description: string;
  /** Of each attribute. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Of the alter rules, by the attributes that they are about: `deferrable,deferred`. */
  readonly rules: ReadonlyMap<string, string>;
}

/** The comments of every kind's file, by the kind's name. */
export function readProse(directory: string): Map<string, KindProse> {
  const prose = new Map<string, KindProse>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".ts"))) {
    const text = readFileSync(path.join(directory, file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
    const interfaces = new Map<string, ts.InterfaceDeclaration>();
    const kinds = new Map<string, string>();
    const rules = new Map<string, string>();
    const visit = (node: ts.Node): void => {
      if (ts.isInterfaceDeclaration(node)) {
        if (node.name.text !== "KindAttributes") interfaces.set(node.name.text, node);
        else for (const [kind, type] of properties(node)) kinds.set(kind, type.type?.getText() ?? "");
      }
      if (ts.isObjectLiteralExpression(node)) readRule(node, text, rules);
      ts.forEachChild(node, visit);
    };
    visit(source);
    for (const [kind, type] of kinds) {
      const declaration = interfaces.get(type);
      if (declaration === undefined) continue;
      const attributes = [...properties(declaration)].map(
        ([name, member]) => [name, documentation(member)] as const,
      );
      prose.set(kind, { description: documentation(declaration), attributes: new Map(attributes), rules });
    }
  }
  return prose;
}

function* properties(declaration: ts.InterfaceDeclaration): Generator<[string, ts.PropertySignature]> {
  for (const member of declaration.members) {
    if (ts.isPropertySignature(member)) yield [member.name.getText().replaceAll('"', ""), member];
  }
}

function documentation(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .map(({ comment }) => (typeof comment === "string" ? comment : (ts.getTextOfJSDocComment(comment) ?? "")))
    .join(" ")
    .replace(/\s+/g, " ");
}

/** An object with `of` and `sql` is an alter rule; what is said of it stands before `of`. */
function readRule(node: ts.ObjectLiteralExpression, text: string, rules: Map<string, string>): void {
  const of = node.properties.find((property) => property.name?.getText() === "of");
  const isRule = node.properties.some((property) => property.name?.getText() === "sql");
  if (of === undefined || !isRule || !ts.isPropertyAssignment(of)) return;
  if (!ts.isArrayLiteralExpression(of.initializer)) return;
  const about = of.initializer.elements.map((element) => (ts.isStringLiteral(element) ? element.text : ""));
  const lines = (ts.getLeadingCommentRanges(text, of.getFullStart()) ?? []).map(({ pos, end }) =>
    text.slice(pos, end).replace(/^\/\/\s*/, ""),
  );
  const said = [rules.get(about.join()), ...lines].filter((line) => line !== undefined).join(" ");
  if (said !== "") rules.set(about.join(), said);
}
