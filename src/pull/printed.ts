/**
 * Reads definitions in the one form that PostgreSQL prints them in. What does not fit is left to SQL, so
 * nothing here needs to know more of the language than where a name, a string or a parenthesis ends.
 */
const name = String.raw`(?:"(?:[^"]|"")+"|[^\s(),."]+)`;
const names = `${name}(?:, ${name})*`;
const action = "CASCADE|RESTRICT|SET NULL|SET DEFAULT";

const include = String.raw`(?: INCLUDE \((?<include>${names})\))?`;
const patterns = {
  primaryKey: new RegExp(String.raw`^PRIMARY KEY \((?<columns>${names})\)${include}$`),
  unique: new RegExp(String.raw`^UNIQUE(?<nulls> NULLS NOT DISTINCT)? \((?<columns>${names})\)${include}$`),
  foreignKey: new RegExp(
    String.raw`^FOREIGN KEY \((?<columns>${names})\) ` +
      String.raw`REFERENCES (?<references>${name}(?:\.${name})?\(${names}\))` +
      `(?<full> MATCH FULL)?(?: ON UPDATE (?<onUpdate>${action}))?(?: ON DELETE (?<onDelete>${action}))?$`,
  ),
  check: /^CHECK \((?<expression>.*)\)(?<noInherit> NO INHERIT)?$/s,
  exclusion: /^EXCLUDE USING (?<method>[a-z_]\w*) (?<rest>\(.*)$/s,
  index: /^USING (?<method>[a-z_]\w*) (?<rest>\(.*)$/s,
  afterElements: new RegExp(`^${include}(?<nulls> NULLS NOT DISTINCT)?(?: WHERE (?<where>.*))?$`, "s"),
};

/** The named parts of a definition, absent ones left out; undefined when the definition has another form. */
export function readPrinted(
  pattern: keyof typeof patterns,
  text: string,
): Readonly<Record<string, string | undefined>> | undefined {
  return patterns[pattern].exec(text)?.groups;
}

/** `(a, lower(b)) INCLUDE (c)` as its elements and what follows them. */
export function readElements(text: string): { elements: string[]; rest: string } | undefined {
  const elements: string[] = [];
  let depth = 0;
  let start = 1;
  for (const token of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()[\],]/g)) {
    const [mark] = token;
    if (mark === "(" || mark === "[") depth++;
    else if (mark === ")" || mark === "]") depth--;
    const isEnd = depth === 0;
    if (isEnd || (mark === "," && depth === 1)) {
      elements.push(text.slice(start, token.index).trim());
      start = token.index + 1;
    }
    if (isEnd) return { elements, rest: text.slice(start) };
  }
  return undefined;
}

/** The names of `a, "b c"`. */
export function readNames(text: string): string[] {
  return [...text.matchAll(new RegExp(name, "g"))].map(([part]) => unquoted(part));
}

/** The name that an identifier stands for. */
export function unquoted(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}

/** Whether the text is one identifier and nothing else. */
export function isIdentifier(text: string): boolean {
  return new RegExp(`^${name}$`).test(text);
}

/** The expression without the parentheses that are around all of it. */
export function unwrapped(expression: string): string {
  if (!expression.startsWith("(")) return expression;
  const read = readElements(expression);
  return read?.rest === "" ? unwrapped(expression.slice(1, -1)) : expression;
}
