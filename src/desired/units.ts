import type { SourceLocation } from "../error.js";
import type { ParsedStatement, StatementType } from "../parse/parser.js";
import { afterCodePoints } from "../parse/source.js";
import { name } from "../sql/sql.js";
import { attachedLast } from "./attach.js";
import { inlineForeignKeys, type Range } from "./foreign-keys.js";
import { idleOnly } from "./only.js";
import { namesGrantor } from "./settings.js";
import { type Stage, stageNumber, stageOf } from "./stages.js";
import type { DesiredStatement } from "./state.js";
import { as, qualified, relationName, strings } from "./tree.js";

/** One statement as it is sent to the shadow. */
export interface LoadUnit {
  readonly text: string;
  readonly desired: DesiredStatement;
  readonly stage: number;
  /** Where a character of `text` (counted from 0) stands in the files. */
  locate(position: number): SourceLocation;
}

/**
 * What to send, stage by stage.
 * @param database the name of the shadow's, where statements name one: the files speak of one database.
 */
export function loadUnits(statements: readonly DesiredStatement[], database?: string): LoadUnit[] {
  const repetitions = repetitionsIn(statements);
  const only = idleOnly(statements);
  const late = attachedLast(statements);
  const units = statements.flatMap((desired) =>
    late.has(desired)
      ? [unit(desired, "late attachment", [desired.statement])]
      : unitsOf(desired, repetitions.has(desired), only(desired), database),
  );
  return units.toSorted((a, b) => a.stage - b.stage);
}

/**
 * Statements about what one above them in the same file defines already: there OR REPLACE and IF NOT EXISTS
 * mean what they say. pg_dump breaks a cycle of views with a stub, and people add to a file at its end. Two
 * files that define the same thing contradict each other.
 */
function repetitionsIn(statements: readonly DesiredStatement[]): Set<DesiredStatement> {
  const firsts = new Map<string, DesiredStatement>();
  const repetitions = new Set<DesiredStatement>();
  const files = new Map<unknown, number>();
  const inOrder = statements.toSorted((a, b) => a.statement.start - b.statement.start);
  for (const desired of inOrder) {
    const defined = definedName(desired);
    if (defined === undefined) continue;
    const { source } = desired.statement;
    const file = files.get(source) ?? files.size;
    files.set(source, file);
    const key = `${file} ${defined}`;
    if (firsts.has(key)) repetitions.add(desired);
    else firsts.set(key, desired);
  }
  return repetitions;
}

/** A relation by its name, a routine by its name and argument types. */
function definedName({ statement, schema }: DesiredStatement): string | undefined {
  const { tree } = statement;
  const relation = relationName(
    as(tree, "ViewStmt")?.view ??
      as(tree, "CreateStmt")?.relation ??
      as(tree, "CreateForeignTableStmt")?.base?.relation ??
      as(tree, "CreateTableAsStmt")?.into?.rel ??
      as(tree, "CreateSeqStmt")?.sequence,
  );
  if (relation !== undefined) return `relation ${name(relation.schema ?? schema, relation.name).text}`;
  const index = as(tree, "IndexStmt");
  if (index?.idxname !== undefined) {
    return `relation ${name(index.relation?.schemaname ?? schema, index.idxname).text}`;
  }
  const routine = as(tree, "CreateFunctionStmt");
  const called = qualified(strings(routine?.funcname));
  if (called === undefined) return undefined;
  const types = (routine?.parameters ?? []).flatMap((node) => {
    const parameter = as(node, "FunctionParameter");
    const isInput = parameter?.mode !== "FUNC_PARAM_OUT" && parameter?.mode !== "FUNC_PARAM_TABLE";
    return isInput ? [[strings(parameter?.argType?.names), parameter?.argType?.arrayBounds?.length]] : [];
  });
  return `routine ${name(called.schema ?? schema, called.name).text}${JSON.stringify(types)}`;
}

function unitsOf(
  desired: DesiredStatement,
  isRepetition: boolean,
  only: readonly Range[],
  database: string | undefined,
): LoadUnit[] {
  const { statement } = desired;
  const { tree } = statement;
  const named = databaseNamedBy(statement);
  if (named !== undefined && database !== undefined) {
    const [before, after] = [
      { start: statement.start, end: named.start },
      { start: named.end, end: statement.end },
    ];
    return [unit(desired, stageOf(statement), [before, name(database).text, after])];
  }
  if (as(tree, "CreateSchemaStmt")?.schemaname === "public") return publicSchema(desired);
  if (isRepetition) {
    return [unit(desired, "attachment", blanked(statement, idleWords(statement, ["concurrently"])))];
  }
  const { keys, idle } = inlineForeignKeys(statement);
  const blanks = [...idleWords(statement), ...only, ...keys.map((key) => key.range), ...idle];
  const table = relationName(as(tree, "CreateStmt")?.relation);
  const additions = keys.map(({ addition }) =>
    unit(desired, "attachment", [`ALTER TABLE ${name(table?.schema, table?.name).text} ADD `, ...addition]),
  );
  const isByAnother = statement.type === "GrantStmt" && namesGrantor(desired.settings);
  const stage = isByAnother ? "grant by another role" : stageOf(statement);
  return [unit(desired, stage, blanked(statement, blanks)), ...additions];
}

/** Where a statement about the database itself names it. */
function databaseNamedBy({ tree, tokens }: ParsedStatement): Range | undefined {
  const isAbout =
    as(tree, "AlterDatabaseSetStmt") !== undefined ||
    as(tree, "AlterRoleSetStmt")?.database !== undefined ||
    as(tree, "CommentStmt")?.objtype === "OBJECT_DATABASE";
  if (!isAbout) return undefined;
  return tokens[tokens.findIndex(({ text }) => text.toLowerCase() === "database") + 1];
}

/** Every database has `public` before any file speaks of it. */
function publicSchema(desired: DesiredStatement): LoadUnit[] {
  const { statement } = desired;
  const { authrole, schemaElts } = as(statement.tree, "CreateSchemaStmt") ?? {};
  if (schemaElts !== undefined) return [unit(desired, "schema", [statement])];
  const owner = authrole?.rolename;
  return [
    unit(desired, "schema", ["CREATE SCHEMA IF NOT EXISTS public"]),
    ...(owner === undefined
      ? []
      : [unit(desired, "alteration", [`ALTER SCHEMA public OWNER TO ${name(owner).text}`])]),
  ];
}

/** Makes a unit of texts and stretches of the source. */
function unit(desired: DesiredStatement, stage: Stage, parts: readonly (string | Range)[]): LoadUnit {
  const { statement } = desired;
  const { source } = statement;
  const texts = parts.map((part) =>
    typeof part === "string" ? part : source.text.slice(part.start, part.end),
  );
  const text = texts.join("");
  const locate = (position: number) => {
    let offset = afterCodePoints(text, 0, position);
    let nearest = parts.find((part) => typeof part !== "string")?.start ?? statement.start;
    for (const [index, part] of parts.entries()) {
      const { length } = texts[index] ?? "";
      if (typeof part !== "string") nearest = part.start;
      if (offset < length || (index === parts.length - 1 && offset === length)) {
        return source.locate(typeof part === "string" ? nearest : part.start + offset);
      }
      offset -= length;
    }
    return source.locate(nearest);
  };
  return { text, desired, stage: stageNumber(stage), locate };
}

/** The statement with blanks in place of some stretches: places in it stay what they are. */
function blanked(statement: ParsedStatement, ranges: readonly Range[]): (string | Range)[] {
  const parts: (string | Range)[] = [];
  let start = statement.start;
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    parts.push({ start, end: range.start }, " ".repeat(range.end - range.start));
    start = range.end;
  }
  parts.push({ start, end: statement.end });
  return parts;
}

const runningWords = ["concurrently", "if not exists", "or replace"] as const;

/** What is there before any file speaks of it, and what PostgreSQL itself has some of. */
const mayExist = new Set<StatementType>([
  "CreateSchemaStmt",
  "CreateExtensionStmt",
  "CreatePLangStmt",
  "DefineStmt",
]);

/**
 * Words that say how a definition is to be run, not what it defines. Without OR REPLACE and IF NOT EXISTS a
 * thing that the files define twice is an error, rather than whichever definition comes first or last.
 */
function idleWords({ tokens, type }: ParsedStatement, phrases: readonly string[] = runningWords): Range[] {
  if (mayExist.has(type) || tokens[0]?.text.toLowerCase() !== "create") return [];
  const head = tokens.slice(0, 8).map((token) => token.text.toLowerCase());
  return phrases.flatMap((phrase) => {
    const words = phrase.split(" ");
    const at = head.findIndex((_, index) => words.every((word, offset) => head[index + offset] === word));
    return at === -1 ? [] : tokens.slice(at, at + words.length);
  });
}
