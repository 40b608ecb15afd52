import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import type { Backfill } from "../revision/backfill.js";
import type { BackfillTable } from "./backfill-table.js";

export interface TriggerChoice {
  /** What each batch's transaction sets. */
  readonly setting?: string;
  /** Why triggers fire that were not asked for. */
  readonly note?: string;
}

const silence = "SET LOCAL session_replication_role = replica";

/**
 * How the table's own triggers are kept from firing: by session_replication_role, which takes no lock. ALTER TABLE …
 * DISABLE TRIGGER would take SHARE ROW EXCLUSIVE and silence the application's changes too. The setting also silences
 * foreign keys and the recheck of deferrable constraints, and wakes triggers ENABLEd REPLICA: where one of them has a
 * part in what is set, triggers fire.
 */
export async function silenceTriggers(
  database: Database,
  table: BackfillTable,
  backfill: Backfill,
): Promise<TriggerChoice> {
  const [found] = await database.query<Found & Record<string, unknown>>(triggersQuery, [
    table.oid,
    backfill.columns,
  ]);
  if (found === undefined || found.firing.length === 0) return {};
  const reason = await reasonToFire(database, found);
  if (reason === undefined) return { setting: silence };
  return {
    note: `the triggers of ${table.relation} fire (${found.firing.join(", ")}): ${reason}`,
  };
}

interface Found {
  /** Triggers that an UPDATE of these columns fires. */
  readonly firing: readonly string[];
  /** Of them or beside them, those that session_replication_role does not silence. */
  readonly lasting: readonly string[];
  /** Constraints that triggers check, with a part in what is set. */
  readonly constraints: readonly string[];
}

async function reasonToFire(
  database: Database,
  { lasting, constraints }: Found,
): Promise<string | undefined> {
  if (lasting.length > 0) return `${lasting.join(", ")} is ENABLEd ALWAYS or REPLICA`;
  if (constraints.length > 0) return `what is set takes part in the constraint ${constraints.join(", ")}`;
  if (!(await maySilence(database))) return "the role may not set session_replication_role";
  return undefined;
}

async function maySilence(database: Database): Promise<boolean> {
  try {
    await database.trial(() => database.script(silence));
    return true;
  } catch (error) {
    // insufficient_privilege
    if (error instanceof DatabaseError && error.sqlstate === "42501") return false;
    throw error;
  }
}

/** Bit 16 of tgtype is UPDATE (pg_trigger.h); a stored generated column may change with any other. */
const triggersQuery = `
  WITH tree AS (SELECT $1::oid AS oid UNION SELECT relid FROM pg_partition_tree($1)),
  changed AS (
    SELECT attrelid, attnum FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM tree) AND attnum > 0 AND NOT attisdropped
      AND (attname = ANY ($2::text[]) OR attgenerated <> '')
  ),
  own AS (
    SELECT DISTINCT t.tgname, t.tgenabled FROM pg_trigger t
    WHERE t.tgrelid IN (SELECT oid FROM tree) AND NOT t.tgisinternal AND t.tgtype & 16 <> 0 AND t.tgenabled <> 'D'
      AND (t.tgattr = '' OR EXISTS (SELECT FROM changed WHERE attrelid = t.tgrelid AND attnum = ANY (t.tgattr)))
  )
  SELECT ARRAY(SELECT tgname::text FROM own WHERE tgenabled IN ('O', 'A') ORDER BY 1) AS firing,
         ARRAY(SELECT tgname::text FROM own WHERE tgenabled IN ('A', 'R') ORDER BY 1) AS lasting,
         ARRAY(SELECT DISTINCT c.conname::text FROM pg_constraint c
               WHERE (c.contype IN ('p', 'u', 'x') AND c.condeferrable AND c.conrelid IN (SELECT oid FROM tree))
                  OR (c.contype = 'f' AND EXISTS (
                        SELECT FROM changed
                        WHERE (attrelid = c.conrelid AND attnum = ANY (c.conkey))
                           OR (attrelid = c.confrelid AND attnum = ANY (c.confkey))))
               ORDER BY 1) AS constraints`;
