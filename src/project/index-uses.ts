import { factId } from "../catalog/identity.js";
import type { IndexUse } from "../lint/rule.js";
import type { Workbench } from "./workbench.js";

/**
 * How often the indexes of large tables were used, where the database is a server. Statistics that were never reset have
 * counted at least since the server started.
 */
export async function indexUses({
  target,
  project,
}: Pick<Workbench, "target" | "project">): Promise<readonly IndexUse[] | undefined> {
  if (target.engine !== "server") return undefined;
  const { rows, bytes } = project.online;
  const found = await target.query<{
    schema: string;
    name: string;
    scans: string;
    bytes: string;
    days: number;
  }>(
    `SELECT s.schemaname::text AS schema, s.indexrelname::text AS name, s.idx_scan::text AS scans,
            pg_relation_size(s.indexrelid)::text AS bytes,
            extract(day FROM now() - coalesce(d.stats_reset, pg_postmaster_start_time()))::int4 AS days
     FROM pg_stat_user_indexes s
     JOIN pg_class c ON c.oid = s.relid
     JOIN pg_stat_database d ON d.datname = current_database()
     WHERE c.reltuples >= $1 OR pg_table_size(c.oid) >= $2`,
    [rows, bytes],
  );
  return found.map(({ schema, name, scans, bytes: size, days }) => ({
    index: factId({ kind: "index", schema, name }),
    scans: Number(scans),
    bytes: Number(size),
    days,
  }));
}
