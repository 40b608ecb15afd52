/** Exit codes as `--help` of a command tells them. */
export type ExitMeanings = Readonly<Partial<Record<0 | 1 | 2 | 3 | 130, string>>>;

/** What a source may be; for commands that take one. */
export const sources = `
Sources:
  postgres://…            a live server
  pglite:DIR              an embedded database
  FILE.sql, FILE.yaml     a desired state; also a directory of such files
  FILE.snapshot.json      a saved catalog
  rev:ID                  what the revisions up to ID build (rev:head, rev:base)
  env:NAME                that environment's database
  empty                   nothing at all`;

/** The end of a command's help: examples, and the exit codes that matter. */
export function helpEnd(
  examples: readonly (readonly [line: string, does: string])[],
  exits: ExitMeanings,
): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  return [
    "",
    "Examples:",
    ...examples.map(([line, does]) => `  $ ${line.padEnd(width)}  ${does}`),
    "",
    "Exit codes:",
    ...Object.entries(exits).map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`),
  ].join("\n");
}

const failed = "failed; what was and was not changed is said";

export const usualExits = { 0: "done, or nothing to do", 1: failed } as const;
