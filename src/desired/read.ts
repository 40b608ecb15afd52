import { DmError } from "../error.js";
import type { ParsedText, Parser } from "../parse/parser.js";
import { fileSource } from "../parse/source.js";
import { annotationsOf, looseAnnotations } from "./annotate.js";
import { readSchemaFiles } from "./files.js";
import { type RefusalOptions, refuseForeign, refuseQuery } from "./refuse.js";
import { rolesNamedBy } from "./roles.js";
import {
  grantorIn,
  refuseOtherRole,
  type Settings,
  schemaInForce,
  searchPathSet,
  searchPathTo,
  settingsAfter,
} from "./settings.js";
import { roleMadeBy, rolesChangedBy } from "./shared.js";
import type { Annotation, DesiredExtension, DesiredState, DesiredStatement } from "./state.js";
import { as } from "./tree.js";
import { parseYaml } from "./yaml/parse.js";

/**
 * Reads schema files, or directories of them, and checks what can be checked without a database: the syntax,
 * that every statement belongs in a schema file, that every annotation stands at a definition. Throws a
 * DmError.
 */
export async function readDesired(
  paths: string | readonly string[],
  parser: Parser,
  options: RefusalOptions = {},
): Promise<DesiredState> {
  const { files, hash } = await readSchemaFiles(typeof paths === "string" ? [paths] : paths);
  const statements: DesiredStatement[] = [];
  const annotations: Annotation[] = [];
  for (const { name, content } of files) {
    const source = fileSource(content, name);
    if (/\.ya?ml$/i.test(name)) {
      const yaml = parseYaml(source, parser);
      for (const text of yaml.texts) {
        const read = statementsOf(text, options, yaml.schema);
        statements.push(...read.statements);
        annotations.push(...read.annotations);
      }
      annotations.push(...yaml.annotations);
    } else {
      const read = statementsOf(parser.parse(source), options);
      statements.push(...read.statements);
      annotations.push(...read.annotations);
    }
  }
  refuseUndeclared(statements);
  const roles = new Set(
    statements.flatMap(({ statement, settings }) => [
      ...rolesNamedBy(statement),
      ...[grantorIn(settings)].filter((role) => role !== undefined),
    ]),
  );
  const extensions = statements.flatMap((desired) => extensionOf(desired) ?? []);
  return { statements, annotations, roles: [...roles].toSorted(), extensions, hash };
}

/** The statements of one file, with the settings that its SET statements leave for those that follow. */
function statementsOf(
  { statements, loose, source }: ParsedText,
  options: RefusalOptions,
  schema?: string,
): Pick<DesiredState, "statements" | "annotations"> {
  const annotations = looseAnnotations(loose, source, schema ?? "public");
  const start: Settings = schema === undefined ? new Map() : new Map([["search_path", searchPathTo(schema)]]);
  let settings = start;
  let path = schema === undefined ? [] : [schema];
  const read: DesiredStatement[] = [];
  for (const statement of statements) {
    const changed = settingsAfter(statement, settings);
    if (changed !== undefined) {
      annotations.push(...looseAnnotations(statement.comments, source, schemaInForce(settings, path)));
      settings = changed;
      path = searchPathSet(statement) ?? path;
      continue;
    }
    refuseQuery(statement);
    refuseForeign(statement, options);
    refuseOtherRole(statement, settings);
    read.push({ statement, settings, schema: schemaInForce(settings, path) });
  }
  return { statements: read, annotations: [...annotations, ...read.flatMap(annotationsOf)] };
}

/**
 * What is said of a role must be all that there is to say: a role that the files do not make keeps its memberships and
 * settings.
 */
function refuseUndeclared(statements: readonly DesiredStatement[]): void {
  const made = new Set(statements.map(({ statement }) => roleMadeBy(statement)));
  for (const { statement } of statements) {
    const role = rolesChangedBy(statement).find((one) => !made.has(one));
    if (role === undefined) continue;
    throw new DmError("DM2111", `no file makes the role ${role}`, {
      at: statement.at,
      next: [`declare it: CREATE ROLE ${role}`, "or remove the statement: dm leaves other roles alone"],
    });
  }
}

function extensionOf({ statement }: DesiredStatement): DesiredExtension | undefined {
  const extension = as(statement.tree, "CreateExtensionStmt");
  if (extension?.extname === undefined) return undefined;
  const options = (extension.options ?? []).flatMap((node) => as(node, "DefElem") ?? []);
  const option = (name: string) => as(options.find(({ defname }) => defname === name)?.arg, "String")?.sval;
  const [schema, version] = [option("schema"), option("new_version")];
  return {
    name: extension.extname,
    ...(schema === undefined ? {} : { schema }),
    ...(version === undefined ? {} : { version }),
    at: statement.at,
  };
}
