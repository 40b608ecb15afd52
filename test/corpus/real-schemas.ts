import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import type { Shadow } from "../../src/database/shadow.js";
import { diff } from "../../src/diff/diff.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { describeChanges } from "../../src/proof/prove.js";
import { commitStatements } from "../../src/proof/run.js";
import { readState, type State } from "../oracle/state.js";

export interface RealSchema {
  /** Of its file. */
  readonly name: string;
  /** The first version that it loads on. */
  readonly since?: number;
  /** Statements that one PostgreSQL lacks the parts for, and which. */
  readonly pgliteLacks?: string;
}

/** Schemas of programs that people run. */
export const realSchemas: readonly RealSchema[] = [
  { name: "chinook" },
  { name: "chinook-serial" },
  { name: "concourse" },
  { name: "langfuse" },
  { name: "nakama" },
  { name: "omop-cdm-5.3" },
  { name: "omop-cdm-5.4" },
  { name: "pagila" },
  { name: "pagila-pg18", since: 18 },
  { name: "postgraphile-kitchen-sink" },
  { name: "supabase-postgres", pgliteLacks: "pg_stat_statements" },
  { name: "supabase-storage" },
  { name: "thingsboard" },
  { name: "trigger_dev" },
];

/** The schema's text, with what has to be there before it. */
export function schemaText(shared: string, schema: string): string {
  const file = (suffix: string) => join(shared, "schemas", `${schema}${suffix}`);
  const before = existsSync(file(".pre.sql")) ? readFileSync(file(".pre.sql"), "utf8") : "";
  return `${before}\n${readFileSync(file(".sql"), "utf8").replaceAll(/^\\.*$/gm, "")}`;
}

/** The schema as PostgreSQL itself loads it: what dm reads there, and what the oracle does. */
export function loadSchema(shadow: Shadow, text: string): Promise<{ catalog: Catalog; state: State }> {
  const { database } = shadow;
  return database.trial(async () => {
    await database.script(text);
    await database.script("RESET search_path");
    return { catalog: await introspectHere(database), state: await readState(database) };
  });
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
