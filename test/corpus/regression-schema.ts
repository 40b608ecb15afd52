import { readFileSync } from "node:fs";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { DatabaseError } from "../../src/database/error.js";
import { introspect } from "../../src/introspect/introspect.js";
import { openParser } from "../../src/parse/parser.js";

/** What is left out of the comparison, and why: queries for statements that drop it. */
const exclusions = [
  {
    because: "an index of a partitioned table that lacks those of some partitions is built whole",
    drops:
      "SELECT 'DROP INDEX IF EXISTS ' || indexrelid::regclass AS drop FROM pg_index WHERE NOT indisvalid",
  },
  {
    because:
      "up to 15 CREATE TABLE takes no generated column beside INHERITS, only ALTER TABLE … INHERIT does",
    drops: `SELECT DISTINCT 'DROP TABLE IF EXISTS ' || inhrelid::regclass || ' CASCADE' AS drop
            FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE current_setting('server_version_num')::int < 160000 AND NOT c.relispartition AND a.attgenerated <> ''`,
  },
] as const;

export interface LoadedSchema {
  readonly catalog: Catalog;
  /** What PostgreSQL said of the statements that it refused. */
  readonly refused: readonly string[];
}

/**
 * Loads what PostgreSQL's own regression tests leave behind in version 17, as pg_dump wrote it; where a statement is
 * refused, one by one. Then drops what is left out.
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
  for (const { because, drops } of exclusions) {
    const found = await database.query<{ drop: string }>(drops);
    console.log(`the regression schema without ${found.length}: ${because}`);
    for (const { drop } of found) await database.script(drop);
  }
  return { catalog: await introspect(database), refused };
}
