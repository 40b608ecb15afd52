import { DmError } from "../error.js";
import { isConnectionString } from "./connection-string.js";
import type { Database } from "./database.js";
import { maskPassword } from "./password-mask.js";

export { inDatabase } from "./connection-string.js";
export { maskPassword } from "./password-mask.js";

/**
 * Opens a session with the database that `url` names: `postgres://…`, libpq's `keyword=value` pairs, or `pglite:DIR`.
 * Only what its engine needs is loaded. The caller closes it; {@link withDatabase} does both.
 * @throws DmError DM1101 when the URL is malformed.
 * @throws DatabaseError when there is no connection to be had.
 */
export async function connect(url: string): Promise<Database> {
  if (url.startsWith("pglite:")) {
    const directory = url.slice("pglite:".length);
    if (directory !== "") return (await import("./pglite.js")).openPglite(directory);
  } else if (isConnectionString(url)) return (await import("./server.js")).connectServer(url);
  throw new DmError("DM1101", `${url === "" ? "nothing" : maskPassword(url)} is not the URL of a database`, {
    next: ["postgres://user@host:5432/database for a server", "pglite:DIR for an embedded database"],
  });
}

/** Opens a session, does the work in it, and closes it whatever happens. */
export async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await connect(url);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
