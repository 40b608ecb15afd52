import { connect } from "../database/connect.js";
import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import { DmError } from "../error.js";
import type { Rename } from "../plan/rename.js";
import type { RelationSize, Sizes } from "../plan/sizes.js";
import { name } from "../sql/sql.js";
import { environmentOf, type Project } from "./config.js";
import { readSizeFile, sizeFileName } from "./size-file.js";
import type { Workbench } from "./workbench.js";

/** Sizes, and where they are from. */
export interface KnownSizes {
  readonly sizes: Sizes;
  /** `environment production`, `dm.sizes.yaml, of production on 2025-03-04`, `the database`; nothing when unknown. */
  readonly from: string | undefined;
  /** Why not from where they should be. */
  readonly notes: readonly string[];
}

/**
 * Rows as the planner estimates them: the density at the last ANALYZE times the pages of now. A table never analysed
 * counts as full of the smallest rows (plancat.c, estimate_rel_size). A partitioned table holds what its partitions hold.
 */
const sizesQuery = `
  WITH one AS (
    SELECT c.oid, c.relkind, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation,
           c.reltuples, c.relpages, c.relispartition,
           CASE WHEN c.relkind = 'p' THEN 0 ELSE pg_relation_size(c.oid) END AS main,
           CASE WHEN c.relkind = 'p' THEN 0 ELSE pg_table_size(c.oid) END AS bytes,
           CASE WHEN c.relkind = 'p' THEN 0 ELSE pg_indexes_size(c.oid) END AS indexes,
           current_setting('block_size')::int AS page
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ), estimated AS (
    SELECT one.*, CASE WHEN main = 0 THEN 0
                       WHEN reltuples < 0 OR relpages = 0 THEN main / 32.0
                       ELSE reltuples / relpages * (main / page) END AS rows,
           main > 0 AND (reltuples < 0 OR relpages = 0) AS most
    FROM one
  )
  SELECT e.relation, round(coalesce(p.rows, e.rows))::text AS rows, coalesce(p.bytes, e.bytes)::text AS bytes,
         coalesce(p.indexes, e.indexes)::text AS indexes, coalesce(p.most, e.most) AS most
  FROM estimated e
  LEFT JOIN LATERAL (
    SELECT sum(l.rows) AS rows, sum(l.bytes) AS bytes, sum(l.indexes) AS indexes, bool_or(l.most) AS most
    FROM pg_partition_tree(e.oid) t JOIN estimated l ON l.oid = t.relid WHERE t.isleaf
  ) p ON e.relkind = 'p'`;

/** The sizes of all tables and materialised views of a database, by their quoted names. */
export async function readSizes(database: Database): Promise<ReadonlyMap<string, RelationSize>> {
  type SizeRow = { relation: string; rows: string; bytes: string; indexes: string; most: boolean };
  const rows = await database.query<SizeRow>(sizesQuery);
  return new Map(
    rows.map(({ relation, rows: count, bytes, indexes, most }) => [
      relation,
      // An estimate: three digits are more than it knows.
      {
        rows: Number(Number(count).toPrecision(3)),
        bytes: Number(bytes),
        indexBytes: Number(indexes),
        ...(most ? { isMost: true as const } : {}),
      },
    ]),
  );
}

/**
 * The sizes that a plan goes by: production's, also where the plan is made elsewhere. From the environment that
 * `online.sizes_from` names; else from the committed file; else from the target, if that is where the data lives.
 */
export async function loadSizes(bench: Workbench): Promise<KnownSizes> {
  const { project, target, progress } = bench;
  const notes: string[] = [];
  const { sizesFrom } = project.online;
  if (sizesFrom !== undefined) {
    const environment = sizesFrom;
    try {
      progress(`reading the sizes of tables of ${environment}`);
      const sizes = await sizesOf(bench, environment);
      return { sizes: ofDatabase(sizes), from: `environment ${environment}`, notes };
    } catch (error) {
      // Unreachable, or its variable is not set here: the file is for that.
      if (!(error instanceof DatabaseError) && !(error instanceof DmError && error.code === "DM1104"))
        throw error;
      notes.push(`${environment} did not tell its sizes: ${error.message}`);
    }
  }
  const file = await readSizeFile(project);
  if (file !== undefined) {
    const from = `${sizeFileName}, of ${file.from} on ${file.taken}`;
    return { sizes: (relation) => file.relations.get(relation), from, notes };
  }
  if (sizesFrom === undefined && holdsTheData(project, target)) {
    return { sizes: ofDatabase(await readSizes(target)), from: "the database", notes };
  }
  notes.push("nobody knows how large tables are, so all count as large: docs/hazards.md, Sizes");
  return { sizes: () => undefined, from: undefined, notes };
}

/** What a database does not have is empty there. */
function ofDatabase(sizes: ReadonlyMap<string, RelationSize>): Sizes {
  return (relation) => sizes.get(relation) ?? { rows: 0, bytes: 0, indexBytes: 0 };
}

async function sizesOf({ project, target }: Workbench, environment: string) {
  const { database } = environmentOf(project, environment);
  if (database === project.environment.database) return readSizes(target);
  const other = await connect(database);
  try {
    return await readSizes(other);
  } finally {
    await other.close();
  }
}

/** A server; or an embedded database, where the project has nothing else. */
function holdsTheData({ environments }: Project, target: Database): boolean {
  if (target.engine === "server") return true;
  return [...environments.values()].every(({ database }) => database.startsWith("pglite:"));
}

/** Sizes by the names that tables have after the renames of a plan. */
export function renamedSizes(sizes: Sizes, renames: readonly Rename[]): Sizes {
  const of = (kind: string) => renames.filter(({ to }) => to.kind === kind);
  const old = new Map<string, string>();
  const tables = [...of("table"), ...of("materialized view")];
  for (const { from, to } of tables) {
    old.set(name(to.schema, to.name).text, name(from.schema, from.name).text);
  }
  const schemas = of("schema").map(
    ({ from, to }) => [`${name(to.name).text}.`, `${name(from.name).text}.`] as const,
  );
  return (relation) => {
    const before = old.get(relation) ?? relation;
    const schema = schemas.find(([to]) => before.startsWith(to));
    return sizes(schema === undefined ? before : schema[1] + before.slice(schema[0].length));
  };
}
