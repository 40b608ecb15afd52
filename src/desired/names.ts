/** A name in an annotation, quoted or not, as a pattern. */
export const namePart = String.raw`(?:"(?:[^"]|"")+"|'(?:[^']|'')+'|[\p{L}_][\p{L}\p{N}_$]*)`;

/** As PostgreSQL reads a name: folded to lower case unless quoted. */
export function plainName(written: string): string {
  if (written.startsWith('"')) return written.slice(1, -1).replaceAll('""', '"');
  if (written.startsWith("'")) return written.slice(1, -1).replaceAll("''", "'");
  return written.toLowerCase();
}
