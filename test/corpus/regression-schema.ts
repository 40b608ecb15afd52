import { readFileSync } from "node:fs";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { DatabaseError } from "../../src/database/error.js";
import { introspect } from "../../src/introspect/introspect.js";
import { openParser } from "../../src/parse/parser.js";

/** What may be left out of the comparison, because dm does not model it. */
export const leftOut: ReadonlySet<string> = new Set(["inheriting table", "partition", "typed table"]);

export interface LoadedSchema {
  readonly catalog: Catalog;
  /** What PostgreSQL said of the statements that it refused. */
  readonly refused: readonly string[];
  /** Kinds that dm does not model. */
  readonly unmodelled: ReadonlySet<string>;
}

/**
 * Loads what PostgreSQL's own regression tests leave behind in version 17, as pg_dump wrote it, where a statement is
 * refused one by one; then drops the relations that dm does not model, with what depends on them, and the indexes that are invalid without
 * their partitions.
 */
export async function loadRegressionSchema(database: Database, file: string): Promise<LoadedSchema> {
  const text = readFileSync(file, "utf8");
  const refused: string[] = [];
  await database.script(text).catch(async (error: unknown) => {
    if (!(error instanceof DatabaseError)) throw error;
    const parser = await openParser(17);
    for (const statement of parser.statements(text, "regression")) {
      await database.script(statement.text).catch((refusal: unknown) => {
        if (!(refusal instanceof DatabaseError)) throw refusal;
        refused.push(refusal.message);
      });
    }
  });
  await database.script("RESET ALL");
  const { unmodelled } = await introspect(database);
  for (const { kind, name } of unmodelled) {
    if (!leftOut.has(kind)) continue;
    const [relation] = await database.query<{ kind: string }>(
      `SELECT relkind::text AS kind FROM pg_class WHERE oid = to_regclass('${name.replaceAll("'", "''")}')`,
    );
    // One that another took along is gone by now.
    if (relation === undefined) continue;
    await database.script(`DROP ${relation.kind === "f" ? "FOREIGN TABLE" : "TABLE"} ${name} CASCADE`);
  }
  const invalid = await database.query<{ name: string }>(
    "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid",
  );
  for (const { name } of invalid) await database.script(`DROP INDEX ${name}`);
  return {
    catalog: await introspect(database),
    refused,
    unmodelled: new Set(unmodelled.map(({ kind }) => kind)),
  };
}
