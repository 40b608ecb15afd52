/** A comment line, whatever the text: PostgreSQL ends it at the first line break, and names may hold one (manual, Comments). */
export function comment(text: string): string {
  return `-- ${text.replaceAll(/[\r\n]+/g, " ")}`;
}
