import { randomBytes } from "node:crypto";
import { DmError } from "../error.js";
import { literal, name } from "../sql/sql.js";
import { connect, inDatabase, withDatabase } from "./connect.js";
import type { Database } from "./database.js";
import { DatabaseError } from "./error.js";
import { openPglite } from "./pglite.js";
import { dropScratch } from "./scratch.js";

/** Where states are built, read and forgotten (docs/architecture.md, Shadows). */
export interface Shadow {
  /** An empty scratch database. What a trial does in it is rolled back. */
  readonly database: Database;
  /** For messages: `PostgreSQL 17` or `PGlite 18`. */
  readonly description: string;
  /** One more scratch database, for work that must commit; dropped afterwards. */
  fresh<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /**
   * An embedded PostgreSQL for roles and settings, where it was asked for and the shadow is a server: there roles exist
   * already, and a change to them would reach further than the shadow. Its trials begin without any role.
   */
  readonly apart?: Database;
}

export interface ShadowRequest {
  /** `auto`, or the URL of a server where scratch databases may be created, or `pglite`. */
  readonly choice: string;
  /** The database that the states are for. */
  readonly target?: { readonly database: Database; readonly url: string };
  /** Whether states have roles and settings. */
  readonly isShared?: boolean;
}

/**
 * Opens a shadow that fits the target: its own engine and version where that can be had, PGlite otherwise.
 * @throws DmError DM1401 when a named shadow cannot hold scratch databases.
 */
export async function withShadow<T>(
  request: ShadowRequest,
  work: (shadow: Shadow) => Promise<T>,
): Promise<T> {
  return chooseShadow(request, async (shadow) => {
    if (request.isShared !== true || shadow.database.engine === "pglite") return work(shadow);
    const apart = await openPglite();
    try {
      return await work({ ...shadow, apart });
    } finally {
      await apart.close();
    }
  });
}

async function chooseShadow<T>(request: ShadowRequest, work: (shadow: Shadow) => Promise<T>): Promise<T> {
  const { choice, target } = request;
  if (choice !== "auto" && choice !== "pglite") {
    const database = await connect(choice);
    try {
      if (database.engine === "pglite") return await withPglite(work);
      if (!(await mayCreateDatabases(database))) throw cannotCreate(database);
      return await withServer(choice, work);
    } finally {
      await database.close();
    }
  }
  const server = target?.database.engine === "server" ? target : undefined;
  if (choice === "auto" && server !== undefined && (await mayCreateDatabases(server.database))) {
    return withServer(server.url, work);
  }
  return withPglite(work);
}

async function withPglite<T>(work: (shadow: Shadow) => Promise<T>): Promise<T> {
  const fresh = async <R>(inner: (database: Database) => Promise<R>): Promise<R> => {
    const database = await openPglite();
    try {
      return await inner(database);
    } finally {
      await database.close();
    }
  };
  return fresh((database) => work({ database, description: `PGlite ${database.version.major}`, fresh }));
}

/**
 * On a session of its own: the target's may have a transaction open, and CREATE DATABASE refuses one. It is in the
 * maintenance database where the role may connect to that, so that it outlives the target.
 */
async function withServer<T>(url: string, work: (shadow: Shadow) => Promise<T>): Promise<T> {
  const template = await withDatabase(url, likeThis);
  const server = await connectToMaintenance(url);
  try {
    return await withScratchOn(server, url, template, work);
  } finally {
    await server.close();
  }
}

async function connectToMaintenance(url: string): Promise<Database> {
  try {
    return await connect(inDatabase(url, "postgres"));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return connect(url);
  }
}

async function withScratchOn<T>(
  server: Database,
  url: string,
  template: string,
  work: (shadow: Shadow) => Promise<T>,
): Promise<T> {
  await sweepLeftovers(server, url);
  const fresh = async <R>(inner: (database: Database) => Promise<R>): Promise<R> => {
    const scratch = `${prefix}${process.pid}_${randomBytes(6).toString("hex")}`;
    await server.query(`CREATE DATABASE ${name(scratch).text} ${template}`);
    try {
      const made = `dm shadow made at ${new Date().toISOString()}; safe to drop`;
      await server.query(`COMMENT ON DATABASE ${name(scratch).text} IS ${literal(made).text}`);
      const database = await connect(inDatabase(url, scratch));
      try {
        return await inner(database);
      } finally {
        await database.close();
      }
    } finally {
      await dropScratch(server, url, scratch);
    }
  };
  return fresh((database) => work({ database, description: `PostgreSQL ${database.version.major}`, fresh }));
}

const prefix = "dm_shadow_";

/**
 * Scratch databases that a crash left behind: nobody is connected but workers of their own, and they are not being made
 * right now. Where another run is at it, it is left to that.
 */
async function sweepLeftovers(server: Database, url: string): Promise<void> {
  const leftovers = await server.query<{ datname: string }>(
    `SELECT d.datname::text AS datname FROM pg_database d
     JOIN pg_shdescription c ON c.objoid = d.oid AND c.classoid = 'pg_database'::regclass
     WHERE starts_with(d.datname, $1) AND pg_get_userbyid(d.datdba) = current_user
       AND substring(c.description from 'made at ([^;]+);')::timestamptz < now() - interval '10 minutes'
       AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid
         AND a.backend_type NOT LIKE 'logical replication %')
       AND NOT EXISTS (SELECT FROM pg_subscription s WHERE s.subdbid = d.oid AND NOT pg_has_role(s.subowner, 'USAGE'))`,
    [prefix],
  );
  if (leftovers.length === 0) return;
  const [lock] = await server.query<{ taken: boolean }>(
    "SELECT pg_try_advisory_lock(hashtext($1)) AS taken",
    [prefix],
  );
  if (lock?.taken !== true) return;
  try {
    for (const { datname } of leftovers) await dropScratch(server, url, datname);
  } finally {
    await server.query("SELECT pg_advisory_unlock(hashtext($1))", [prefix]);
  }
}

async function mayCreateDatabases(server: Database): Promise<boolean> {
  const [row] = await server.query<{ may: boolean }>(
    `SELECT (rolsuper OR rolcreatedb) AND NOT pg_is_in_recovery() AND NOT current_setting('transaction_read_only')::bool
            AS may FROM pg_roles WHERE rolname = current_user`,
  );
  return row?.may === true;
}

/** The options of CREATE DATABASE that give the target's encoding, locale and provider: they decide what it prints. */
async function likeThis({ version, query }: Database): Promise<string> {
  const provider =
    version.major >= 17
      ? "datlocprovider AS provider, datlocale AS locale"
      : version.major >= 15
        ? "datlocprovider AS provider, daticulocale AS locale"
        : "'c' AS provider, NULL::text AS locale";
  const [row] = await query<{
    encoding: string;
    collate: string;
    ctype: string;
    provider: string;
    locale: string | null;
  }>(
    `SELECT pg_encoding_to_char(encoding)::text AS encoding, datcollate::text AS collate, datctype::text AS ctype,
            ${provider} FROM pg_database WHERE datname = current_database()`,
  );
  if (row === undefined) return "TEMPLATE template0";
  const options = [
    "TEMPLATE template0",
    `ENCODING ${literal(row.encoding).text}`,
    `LC_COLLATE ${literal(row.collate).text}`,
    `LC_CTYPE ${literal(row.ctype).text}`,
  ];
  if (row.provider === "i")
    options.push("LOCALE_PROVIDER icu", `ICU_LOCALE ${literal(row.locale ?? "").text}`);
  if (row.provider === "b")
    options.push("LOCALE_PROVIDER builtin", `BUILTIN_LOCALE ${literal(row.locale ?? "").text}`);
  return options.join(" ");
}

function cannotCreate(database: Database): DmError {
  return new DmError("DM1401", `the role may not create databases on the shadow ${database.description}`, {
    next: [
      "ALTER ROLE … CREATEDB",
      "or name another shadow in dm.yaml",
      "or use the embedded one: shadow: pglite",
    ],
  });
}
