/** The text with every password in a connection string or a conninfo blotted out. */
export function masked(text: string): string {
  return text
    .replaceAll(/(\w+:\/\/[^:@/\s]*):\S*@/g, "$1:***@")
    .replaceAll(/\b(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)/gi, "$1***");
}
