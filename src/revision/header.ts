import { Document, isMap, isScalar, LineCounter, parseDocument, type Scalar, visit } from "yaml";
import { z } from "zod";
import { DmError, type SourceLocation } from "../error.js";
import { readPlain } from "./plain-header.js";
import { phases, type RevisionHeader } from "./revision.js";

const text = z.string().min(1);
const utc = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, "a time in UTC, like 2025-03-04T09:12:45Z")
  .refine(isOnCalendar, "a time that exists");
const id = z.string().regex(/^[0-9a-f]{12}$/, "twelve lower-case hexadecimal digits");
const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === "string" ? [value] : value), z.array(item));
const label = z
  .string()
  .regex(/^[A-Za-z][\w./]*$/, "a label: a letter, then letters, digits, '_', '.' or '/'")
  .refine((name) => !["head", "heads", "base"].includes(name), "a label other than head, heads and base");

/** Whether a text may name a line of revisions. */
export function isLabel(text: string): boolean {
  return label.safeParse(text).success;
}

const code = z.string().regex(/^[A-Z][A-Z_]*$/, "a hazard's code, such as DATA_LOSS");

const mark = z.strictObject({
  fingerprint: text,
  major: z.preprocess(Number, z.int().positive("a major version, like 17")),
  role: z.exactOptional(text),
});

const flag = z.literal("true").transform(() => true as const);
const scope = z.strictObject({
  schemas: z.exactOptional(list(text)),
  exclude: z.exactOptional(list(text)),
  kinds: z.exactOptional(list(text)),
  roles: z.exactOptional(z.union([flag, list(text)])),
  settings: z.exactOptional(flag),
});

/** The header as it stands in a file: every scalar a string, names with `_`. */
const shape = z.strictObject({
  id,
  parents: list(id),
  message: z.string(),
  author: z.exactOptional(text),
  created: utc,
  kind: z.enum(["planned", "written"]).default("written"),
  phase: z.exactOptional(z.enum(phases)),
  plan: z.exactOptional(text),
  depends_on: z.exactOptional(list(z.union([id, label]))),
  labels: z.exactOptional(list(label)),
  replaces: z.exactOptional(list(id)),
  from: z.exactOptional(mark),
  to: z.exactOptional(mark),
  manage: z.exactOptional(scope),
  proven: z.exactOptional(z.strictObject({ at: utc, server: text, checks: list(text) })),
  hazards: z.exactOptional(list(code)),
  if_large: z.exactOptional(z.record(text, list(code))),
  irreversible: z.exactOptional(text),
});

/** Where each key of a header stands in its file. */
export type HeaderPlaces = Readonly<Record<string, SourceLocation>>;

/**
 * Reads a header's YAML. `line` is the line of the file on which `yaml` begins.
 * Scalars are read as text whatever they look like: an id of digits only is no number.
 */
export function readHeader(
  yaml: string,
  file: string,
  line: number,
): { header: RevisionHeader; places: HeaderPlaces } {
  const lines = yaml.split(/\r?\n/);
  const placeIn = (row: number, column: number): SourceLocation => {
    return { file, line: line + row, column, text: lines[row] ?? "" };
  };
  const plain = readPlain(yaml);
  const { value, places } =
    plain === undefined
      ? readYaml(yaml, placeIn)
      : {
          value: plain.value,
          places: Object.fromEntries(Object.entries(plain.rows).map(([key, row]) => [key, placeIn(row, 1)])),
        };
  const result = shape.safeParse(withoutBlanks(value));
  if (!result.success) throw wrongHeader(result.error.issues, places, placeIn(0, 1));
  const { depends_on, if_large, ...rest } = result.data;
  const header = {
    ...rest,
    ...(depends_on && { dependsOn: depends_on }),
    ...(if_large && { ifLarge: if_large }),
  };
  return { header, places };
}

function readYaml(
  yaml: string,
  placeIn: (row: number, column: number) => SourceLocation,
): { value: unknown; places: HeaderPlaces } {
  const counter = new LineCounter();
  const document = parseDocument(yaml, { schema: "failsafe", lineCounter: counter, prettyErrors: false });
  const place = (offset: number) => {
    const { line: row, col } = counter.linePos(offset);
    return placeIn(row - 1, col);
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw new DmError("DM4003", `the header is not YAML: ${error.message}`, {
      at: place(error.pos[0]),
      next: ["put text with ':' or '#' in double quotes", "see docs/revision-format.md"],
    });
  }
  return { value: document.toJS({ maxAliasCount: 0 }), places: placesOf(document, place) };
}

/** Date.parse takes 31 February for 3 March. */
function isOnCalendar(time: string): boolean {
  const date = new Date(time);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 19) === time.slice(0, 19);
}

function placesOf(document: Document, place: (offset: number) => SourceLocation): HeaderPlaces {
  if (!isMap(document.contents)) return {};
  return Object.fromEntries(
    document.contents.items.flatMap(({ key }) =>
      isScalar(key) && key.range ? [[String(key.value), place(key.range[0])]] : [],
    ),
  );
}

/** A key with nothing after it is a key left out, except for the message, which may be empty. */
function withoutBlanks(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([key, item]) => item !== "" || key === "message"));
}

function wrongHeader(
  issues: readonly z.core.$ZodIssue[],
  places: HeaderPlaces,
  start: SourceLocation,
): DmError {
  const [issue] = issues;
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const path = [...issue.path.map(String), key];
    return new DmError("DM4004", `the header has no key ${path.join(".")}`, {
      at: places[path[0] ?? ""] ?? start,
      next: [`use one of: ${Object.keys(shape.shape).join(", ")}`],
    });
  }
  const path = issue?.path.map(String) ?? [];
  const [key = ""] = path;
  const found = places[key];
  if (found === undefined) {
    return new DmError("DM4004", `the header has no ${key}`, {
      at: start,
      next: [`add a line "${key}: …" to the header`, "see docs/revision-format.md"],
    });
  }
  return new DmError("DM4004", `${path.join(".")} is wrong in the header: ${issue?.message ?? ""}`, {
    at: found,
    next: ["see docs/revision-format.md"],
  });
}

/** The header as YAML that may stand inside a block comment: it holds neither end nor beginning of one. */
export function writeHeader(header: RevisionHeader): string {
  const { id, parents, message, author, created, kind, phase, plan, dependsOn, labels, from, to, proven } =
    header;
  const document = new Document(
    {
      id,
      parents,
      message,
      author,
      created,
      kind,
      phase,
      plan,
      depends_on: dependsOn,
      labels,
      replaces: header.replaces,
      from,
      to,
      manage: header.manage,
      proven,
      hazards: header.hazards,
      if_large: header.ifLarge,
      irreversible: header.irreversible,
    },
    { keepUndefined: false, aliasDuplicateObjects: false },
  );
  visit(document, {
    Scalar: (_, scalar) => {
      const type = scalarStyle(scalar.value);
      if (type !== undefined) scalar.type = type;
    },
    Seq: (_, sequence) => {
      sequence.flow = true;
    },
  });
  return document
    .toString({
      lineWidth: 0,
      doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
      flowCollectionPadding: false,
    })
    .replaceAll("*/", "\\x2a/")
    .replaceAll("/*", "/\\x2a");
}

/** Lines that a person wrote stay lines; what an editor or a comment could spoil is quoted and escaped. */
function scalarStyle(value: unknown): Scalar.Type | undefined {
  if (typeof value !== "string") return undefined;
  if (
    value === "" ||
    /\*\/|\/\*/.test(value) ||
    /[\p{Control}\p{Zl}\p{Zp}\ufeff]/u.test(value.replaceAll("\n", ""))
  ) {
    return "QUOTE_DOUBLE";
  }
  if (!value.includes("\n")) return undefined;
  return /^\s|[^\S\n]\n|\s$/.test(value) ? "QUOTE_DOUBLE" : "BLOCK_LITERAL";
}
