import type { Database } from "../database/database.js";

/**
 * Runs statements in one message, which is one transaction (manual, Multiple Statements in a Simple Query): settings
 * made LOCAL hold for it, and the network is crossed once.
 * @returns the first row of each, in order; undefined for one that returns none.
 */
export async function inOneMessage<R extends readonly object[]>(
  database: Database,
  settings: readonly string[],
  ...queries: { readonly [at in keyof R]: string }
): Promise<{ readonly [at in keyof R]: R[at] | undefined }> {
  const results = await database.script([...settings, ...queries].join(";\n"));
  return results.slice(settings.length).map(([row]) => row) as unknown as {
    readonly [at in keyof R]: R[at] | undefined;
  };
}
