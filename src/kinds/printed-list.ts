/** A parenthesised list in text that PostgreSQL printed. */
export interface PrintedList {
  readonly items: readonly string[];
  /** What stands behind the closing parenthesis. */
  readonly rest: string;
}

/** The list that begins at the first parenthesis, or at the one given; commas inside of strings and calls do not part it. */
export function printedList(text: string, open = text.indexOf("(")): PrintedList {
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

/** What stands between the outermost parentheses. */
export function parenthesised(text: string): string {
  return printedList(text).items.join(", ");
}

/** An index column as PostgreSQL prints it: what is indexed, with its collation, and what stands behind that. */
export function indexElement(element: string): { readonly key: string; readonly rest: string } {
  const path = /^(?:"(?:[^"]|"")*"|[^\s("]+)?/.exec(element)?.[0] ?? "";
  const isCall = element[path.length] === "(";
  const behind = isCall ? printedList(element, path.length).rest : element.slice(path.length);
  const collation = /^ COLLATE (?:"(?:[^"]|"")*"|[^\s"])+/.exec(behind)?.[0] ?? "";
  return {
    key: element.slice(0, element.length - behind.length) + collation,
    rest: behind.slice(collation.length).trim(),
  };
}
