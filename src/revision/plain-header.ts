/** What YAML's text without tags and anchors can say: texts, lists and maps of texts. */
type Plain = string | readonly string[] | { readonly [key: string]: Plain };

/** A header's values, and on which of its lines each key stands, counted from 0. */
export interface PlainHeader {
  readonly value: Readonly<Record<string, Plain>>;
  readonly rows: Readonly<Record<string, number>>;
}

const word = String.raw`[\p{L}\p{N}]`;
const plain = new RegExp(String.raw`^${word}(?:[\p{L}\p{N}_./,@<>()'+ -]|:(?=${word}))*(?<! )$`, "u");
const quoted = /^"([ !#-[\]-~\p{L}\p{N}]*)"$/u;
const item = String.raw`(?:${word}(?:[\p{L}\p{N}_./ -]*[\p{L}\p{N}_./])?|"[\p{L}\p{N}_./ -]*")`;
const list = new RegExp(String.raw`^\[(${item}(?:, ${item})*)?\]$`, "u");
const line = /^([a-z][a-z_]{0,40}):(?: (.+))?$/u;
const nested = /^ {2}([A-Za-z][\w.]{0,140}): (.+)$/u;

/**
 * Reads the few forms of YAML in which dm writes most headers: a key, a text or a list on each line. They mean the same to
 * every reader of YAML, and reading them takes a tenth of the time. Nothing, where any line has another form: then the
 * YAML library decides.
 */
export function readPlain(yaml: string): PlainHeader | undefined {
  const lines = yaml.split("\n");
  if (lines.shift() !== "" || lines.pop() !== "") return undefined;
  const value: Record<string, Plain> = {};
  const rows: Record<string, number> = {};
  let inner: Record<string, Plain> | undefined;
  for (const [index, text] of lines.entries()) {
    const [, key, rest] = line.exec(text) ?? nested.exec(text) ?? [];
    const isNested = text.startsWith(" ");
    const owner = isNested ? inner : value;
    if (key === undefined || owner === undefined || Object.hasOwn(owner, key)) return undefined;
    if (!isNested) rows[key] = index + 1;
    if (rest === undefined) {
      inner = {};
      value[key] = inner;
      continue;
    }
    const read = readValue(rest);
    if (read === undefined) return undefined;
    owner[key] = read;
    if (!isNested) inner = undefined;
  }
  // A key with nothing after it is no empty map.
  const isEmpty = (one: Plain) =>
    typeof one === "object" && !Array.isArray(one) && Object.keys(one).length === 0;
  return Object.values(value).some(isEmpty) ? undefined : { value, rows };
}

function readValue(text: string): Plain | undefined {
  if (plain.test(text)) return text;
  const inQuotes = quoted.exec(text)?.[1];
  if (inQuotes !== undefined) return inQuotes;
  const items = list.exec(text);
  return items === null ? undefined : (items[1]?.split(", ").map((one) => one.replaceAll('"', "")) ?? []);
}
