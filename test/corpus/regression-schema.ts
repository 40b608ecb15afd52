import { readFileSync } from "node:fs";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { DatabaseError } from "../../src/database/error.js";
import { introspect } from "../../src/introspect/introspect.js";
import { openParser } from "../../src/parse/parser.js";

export interface LoadedSchema {
  readonly catalog: Catalog;
  /** What PostgreSQL said of the statements that it refused. */
  readonly refused: readonly string[];
}

/**
 * Loads what PostgreSQL's own regression tests leave behind in version 17, as pg_dump wrote it; where a statement is
 * refused, one by one.
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
  return { catalog: await introspect(database), refused };
}
