/** A parenthesised list in text that PostgreSQL printed. */
export interface PrintedList {
  readonly items: readonly string[];
  /** What stands behind the closing parenthesis. */
  readonly rest: string;
}

/** The list that begins at the first parenthesis outside of names, or at the one given; commas inside of strings and calls do not part it. */
export function printedList(text: string, open = outermost(text, "(")): PrintedList {
  const items: string[] = [];
  let depth = 0;
  let begin = open + 1;
  for (const { 0: token, index } of text.slice(open).matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()[\],]/g)) {
    const at = open + index;
    if (token === "(" || token === "[") depth++;
    else if (token === ")" || token === "]") depth--;
    if ((token === "," && depth === 1) || depth === 0) {
      items.push(text.slice(begin, at).trim());
      begin = at + 1;
    }
    if (depth === 0) break;
  }
  return { items, rest: text.slice(begin) };
}

/** Where something stands outside of parentheses, strings and quoted names in text that PostgreSQL printed; -1 if nowhere. */
export function outermost(text: string, wanted: string): number {
  const token = new RegExp(`${wanted.replace(/[()]/g, "\\$&")}|'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]`, "g");
  let depth = 0;
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found === wanted && depth === 0) return index;
    // One that ends with a parenthesis opens it as well.
    if (found.endsWith("(") && !/^["']/.test(found)) depth++;
    else if (found === ")") depth--;
  }
  return -1;
}

/** What stands behind the outermost WHERE. */
export function outermostCondition(text: string): string | undefined {
  const at = outermost(text, where);
  return at < 0 ? undefined : text.slice(at + where.length);
}

const where = " WHERE ";

/** What stands between the outermost parentheses. */
export function parenthesised(text: string): string {
  return printedList(text).items.join(", ");
}

/** An index column as PostgreSQL prints it: what is indexed, with its collation, and what stands behind that. */
export function indexElement(element: string): { readonly key: string; readonly rest: string } {
  const path = /^(?:"(?:[^"]|"")*"|[^\s("])*/.exec(element)?.[0] ?? "";
  const isCall = element[path.length] === "(";
  const behind = isCall ? printedList(element, path.length).rest : element.slice(path.length);
  const collation = /^ COLLATE (?:"(?:[^"]|"")*"|[^\s"])+/.exec(behind)?.[0] ?? "";
  return {
    key: element.slice(0, element.length - behind.length) + collation,
    rest: behind.slice(collation.length).trim(),
  };
}
