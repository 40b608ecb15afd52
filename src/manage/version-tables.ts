import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";

/** A table in which another tool keeps what it has applied: known by its name and by exactly these columns. */
interface VersionTable {
  readonly tool: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** The tool's own schema, which holds nothing else. */
  readonly schema?: string;
}

const known: readonly VersionTable[] = [
  { tool: "Alembic", table: "alembic_version", columns: ["version_num"] },
  {
    tool: "Flyway",
    table: "flyway_schema_history",
    columns: [
      "installed_rank",
      "version",
      "description",
      "type",
      "script",
      "checksum",
      "installed_by",
      "installed_on",
      "execution_time",
      "success",
    ],
  },
  {
    tool: "Prisma",
    table: "_prisma_migrations",
    columns: [
      "id",
      "checksum",
      "finished_at",
      "migration_name",
      "logs",
      "rolled_back_at",
      "started_at",
      "applied_steps_count",
    ],
  },
  {
    tool: "Drizzle",
    table: "__drizzle_migrations",
    columns: ["id", "hash", "created_at"],
    schema: "drizzle",
  },
  { tool: "Rails or dbmate", table: "schema_migrations", columns: ["version"] },
  { tool: "Rails", table: "ar_internal_metadata", columns: ["key", "value", "created_at", "updated_at"] },
  { tool: "golang-migrate", table: "schema_migrations", columns: ["version", "dirty"] },
  { tool: "Ecto", table: "schema_migrations", columns: ["version", "inserted_at"] },
  { tool: "node-pg-migrate", table: "pgmigrations", columns: ["id", "name", "run_on"] },
  { tool: "Knex", table: "knex_migrations", columns: ["id", "name", "batch", "migration_time"] },
  { tool: "Knex", table: "knex_migrations_lock", columns: ["index", "is_locked"] },
  { tool: "Django", table: "django_migrations", columns: ["id", "app", "name", "applied"] },
];

/** A table that another tool looks after. */
export interface KeptTable {
  readonly table: Fact<"table">;
  readonly tool: string;
  /** What is left out with it: the table, or the tool's own schema. */
  readonly path: readonly string[];
  /** The tables that it is reported as one of, where there may be hundreds: `app.visit_*`. */
  readonly among?: string;
}

/** The version tables of other tools in a state. */
export function versionTables(catalog: Catalog): KeptTable[] {
  return catalog.ofKind("table").flatMap((table) => {
    const { schema = "", name = "" } = table.identity;
    const candidates = known.filter((one) => one.table === name);
    if (candidates.length === 0) return [];
    const columns = catalog.childrenOfKind(table.id, "column").map(({ identity }) => identity.name ?? "");
    const found = candidates.find((one) => isSameSet(one.columns, columns));
    if (found === undefined) return [];
    return [{ table, tool: found.tool, path: found.schema === schema ? [schema] : [schema, name] }];
  });
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
