import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { diff } from "../../src/diff/diff.js";
import { introspect } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { describeChanges } from "../../src/proof/prove.js";
import { commitStatements } from "../../src/proof/run.js";

/** Schemas of programs that people run, by the name of their file. */
export const realSchemas = [
  "chinook",
  "chinook-serial",
  "langfuse",
  "trigger_dev",
  "nakama",
  "omop-cdm-5.3",
  "omop-cdm-5.4",
] as const;
export type RealSchema = (typeof realSchemas)[number];

export function schemaText(shared: string, schema: RealSchema): string {
  return readFileSync(join(shared, "schemas", `${schema}.sql`), "utf8");
}

/** Gets a database from one state to another and reads what came of it. */
export async function go(database: Database, from: Catalog, to: Catalog): Promise<Catalog> {
  await commitStatements(database, plan(from, to));
  return introspect(database);
}

/** A line for each difference. */
export function differences(current: Catalog, wanted: Catalog): string[] {
  return describeChanges(diff(current, wanted));
}

/** What of a state dm does not model yet, counted by kind. */
export function outOfScope(catalog: Catalog): string[] {
  const counts = new Map<string, number>();
  for (const { kind } of catalog.unmodelled) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} × ${kind}`);
}
