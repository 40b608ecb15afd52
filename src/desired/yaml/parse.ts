import { isScalar, parseDocument, Scalar } from "yaml";
import type { z } from "zod";
import { DmError } from "../../error.js";
import type { ParsedText, Parser } from "../../parse/parser.js";
import { generatedSource, type Source } from "../../parse/source.js";
import type { Annotation } from "../state.js";
import { definitionsOf } from "./ddl.js";
import type { Definition } from "./definition.js";
import { discardedTables } from "./discard.js";
import { schemaDocument } from "./document.js";
import { type Path, type Places, placesOf } from "./places.js";

export interface ParsedYaml {
  /** The schema of names without one. */
  readonly schema?: string;
  readonly texts: readonly ParsedText[];
  readonly annotations: readonly Annotation[];
}

/**
 * Turns a YAML schema file into the SQL that it stands for. Throws a DmError that names the key and its line.
 */
export function parseYaml(source: Source, parser: Parser): ParsedYaml {
  const document = parseDocument(source.text, { prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new DmError("DM2108", problem.message, { at: source.locate(problem.pos[0]), cause: problem });
  }
  const places = placesOf(document, source);
  const result = schemaDocument.safeParse(document.toJS() ?? {});
  if (!result.success) throw invalid(result.error.issues, places);
  const definitions = definitionsOf(result.data, places);
  const { schema, sql } = result.data;
  const texts = definitions.map((definition) => parser.parse(sourceOf(definition, source)));
  if (sql !== undefined) texts.push(parser.parse(sqlSource(document.get("sql", true), sql, source, places)));
  return {
    ...(schema === undefined ? {} : { schema }),
    texts,
    annotations: [
      ...definitions.flatMap((definition) => definition.annotations),
      ...discardedTables(result.data, places),
    ],
  };
}

const sourceOf = ({ pieces }: Definition, { file }: Source) => generatedSource(pieces, file);

/**
 * A literal block is read in its place in the file, all else blanked, so that its errors have their lines.
 */
function sqlSource(node: unknown, sql: string, source: Source, places: Places): Source {
  if (isScalar(node) && node.type === Scalar.BLOCK_LITERAL && node.range) {
    const body = source.text.indexOf("\n", node.range[0]) + 1;
    const blanked = source.text.slice(0, body).replace(/[^\r\n]/g, " ");
    return { ...source, text: blanked + source.text.slice(body, node.range[1]) };
  }
  return generatedSource([{ text: sql, at: places(["sql"]) }], source.file);
}

type Issue = z.core.$ZodIssue;

function invalid(issues: readonly Issue[], places: Places): DmError {
  const [first] = issues;
  if (first === undefined) return new DmError("DM2108", "the file is not understood");
  const { issue, path } = deepest(first, []);
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return new DmError("DM2108", `there is no key ${key} in ${described(path)}`, {
      at: places([...path, key]),
    });
  }
  const expected = issue.code === "invalid_type" ? forms[issue.expected] : undefined;
  const problem = expected === undefined ? issue.message : `expected ${expected}`;
  return new DmError("DM2108", `${described(path)}: ${problem}`, { at: places(path) });
}

/** Of a value that may have several forms, the complaint about the form that fits best. */
function deepest(issue: Issue, above: Path): { issue: Issue; path: Path } {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union") return { issue, path };
  const inner = issue.errors.flatMap(([first]) => (first === undefined ? [] : [deepest(first, path)]));
  const isWrongType = ({ issue: one, path: at }: { issue: Issue; path: Path }) =>
    one.code === "invalid_type" && at.length === path.length;
  const fitting = inner.filter((one) => !isWrongType(one));
  const best = fitting.toSorted((a, b) => b.path.length - a.path.length)[0];
  if (best !== undefined) return best;
  const expected = inner.flatMap(({ issue: one }) =>
    one.code === "invalid_type" ? [forms[one.expected]] : [],
  );
  if (expected.length === 0) return { issue, path };
  return { issue: { ...issue, message: `expected ${[...new Set(expected)].join(" or ")}` }, path };
}

const forms: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

const described = (path: Path) => (path.length === 0 ? "a schema file" : path.map(String).join("."));
