import { name } from "../sql/sql.js";
import { inDatabase, withDatabase } from "./connect.js";
import type { Database } from "./database.js";
import { DatabaseError } from "./error.js";
import { leavesNothing } from "./interrupt.js";

/**
 * Drops a scratch database, whatever was built in it and whoever is connected to it.
 * @param url of the server, with any of its databases.
 */
export async function dropScratch(server: Database, url: string, scratch: string): Promise<void> {
  const drop = `DROP DATABASE IF EXISTS ${name(scratch).text} WITH (FORCE)`;
  try {
    await server.query(drop);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.sqlstate !== objectInUse) throw error;
    await withDatabase(inDatabase(url, scratch), dropSubscriptions);
    await server.query(drop);
  }
}

/** So says PostgreSQL of a database that has subscriptions (manual, DROP DATABASE). */
const objectInUse = "55006";

/**
 * Drops the subscriptions of a scratch database without a word to their publishers, whose slots belong to others: with
 * a slot's name DROP would go there for it (manual, DROP SUBSCRIPTION). Event triggers there could object.
 */
export async function dropSubscriptions(scratch: Database): Promise<void> {
  await scratch.script(
    leavesNothing(`DECLARE one text;
BEGIN
  FOR one IN SELECT quote_ident(evtname) FROM pg_event_trigger WHERE evtenabled <> 'D' AND pg_has_role(evtowner, 'USAGE') LOOP
    EXECUTE 'ALTER EVENT TRIGGER ' || one || ' DISABLE';
  END LOOP;
  FOR one IN SELECT quote_ident(s.subname) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
    WHERE d.datname = current_database() LOOP
    EXECUTE 'ALTER SUBSCRIPTION ' || one || ' DISABLE';
    EXECUTE 'ALTER SUBSCRIPTION ' || one || ' SET (slot_name = NONE)';
    EXECUTE 'DROP SUBSCRIPTION ' || one;
  END LOOP;
END`),
  );
}
