import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import { DmError } from "../error.js";
import { connectionError, isTlsFailure, noPassword, serverWithoutTls } from "./connect-failure.js";
import {
  type ConnectionParameters,
  describeAddress,
  type HostAddress,
  parseConnectionString,
  type Surroundings,
} from "./connection-string.js";
import type { Database, ServerVersion } from "./database.js";
import { DatabaseError } from "./error.js";
import { isReport, messageOf } from "./failure.js";
import { interruptible } from "./interrupt.js";
import { passwordFrom } from "./password-file.js";
import { watch, wire } from "./server-wire.js";
import { session, type Wire } from "./session.js";
import { encryptions } from "./tls.js";
import { decodeValue, encodeParameter } from "./value.js";

/**
 * Opens one session with a PostgreSQL server.
 * @throws DmError DM1101 when the connection string is malformed.
 * @throws DatabaseError when the server cannot be reached (SQLSTATE 08001), declines, or is older than 14.
 */
export async function connectServer(url: string, surroundings = thisMachine()): Promise<Database> {
  const parameters = parseConnectionString(url, surroundings);
  const failures: DatabaseError[] = [];
  for (const host of parameters.hosts) {
    const address = host.host === undefined ? localServer(host.port) : host;
    try {
      return interruptible(session(await connectTo(address, parameters, surroundings), encodeParameter));
    } catch (error) {
      if (!(error instanceof DatabaseError) || parameters.hosts.length === 1) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  throw new DatabaseError(
    "DM1102",
    { sqlstate: "08001", message: "none of the servers can be used" },
    {
      details: failures.map(({ at, message }) => `${String(at ?? "")}: ${message}`),
      ...(first === undefined ? {} : { next: first.next, cause: first }),
    },
  );
}

/** The process's environment, user and files. */
export function thisMachine(): Surroundings {
  return {
    env: process.env,
    home: homedir(),
    user: userName(),
    platform: process.platform,
    read: readIfThere,
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in /etc/passwd, as in some containers.
    return process.env.USER ?? process.env.USERNAME ?? "postgres";
  }
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Without a host, libpq takes the default Unix socket; where there is none, localhost. */
function localServer(port: number): HostAddress {
  const directories = process.platform === "win32" ? [] : ["/var/run/postgresql", "/tmp"];
  const host = directories.find((directory) => existsSync(`${directory}/.s.PGSQL.${port}`));
  return { host: host ?? "localhost", port };
}

async function connectTo(
  address: HostAddress,
  parameters: ConnectionParameters,
  surroundings: Surroundings,
): Promise<Wire> {
  const earlier: string[] = [];
  const attempts = encryptions(parameters.tls, address, surroundings.home);
  for (const [index, encryption] of attempts.entries()) {
    try {
      return await attempt(address, parameters, encryption, surroundings);
    } catch (error) {
      if (index === attempts.length - 1 || !mayDifferByEncryption(error)) {
        throw error instanceof DmError ? error : connectionError(error, parameters, address, earlier);
      }
      earlier.push(`${encryption === undefined ? "without" : "with"} TLS: ${messageOf(error)}`);
    }
  }
  throw new Error("there is always an encryption to try");
}

/** A server that declines with TLS may accept without, or the reverse; a wrong password stays wrong. */
function mayDifferByEncryption(error: unknown): boolean {
  if (isReport(error)) return !["28P01", "3D000", "53300", "57P03"].includes(error.code);
  return isTlsFailure(error) || messageOf(error) === serverWithoutTls || isReset(error);
}

function isReset(error: unknown): boolean {
  return (
    (error instanceof Error && "code" in error && error.code === "ECONNRESET") ||
    messageOf(error).startsWith("Connection terminated")
  );
}

async function attempt(
  address: HostAddress,
  parameters: ConnectionParameters,
  encryption: ConnectionOptions | undefined,
  surroundings: Surroundings,
): Promise<Wire> {
  // Whatever is undefined, node-postgres would take from the environment in its own way: all is given here.
  const client = new pg.Client({
    host: address.address ?? address.host ?? "localhost",
    port: address.port,
    user: parameters.user,
    database: parameters.database,
    password: () => password(address, parameters, surroundings),
    application_name: parameters.applicationName,
    ...(parameters.options === undefined ? {} : { options: parameters.options }),
    ssl: encryption ?? false,
    sslnegotiation: parameters.tls.isDirect && encryption !== undefined ? "direct" : "postgres",
    enableChannelBinding: parameters.channelBinding,
    connectionTimeoutMillis: parameters.connectTimeout * 1000,
    keepAlive: true,
    types: { getTypeParser: (oid: number) => (text: string | Buffer) => decodeValue(oid, String(text)) },
  });
  const opening = watch(client, describeAddress(parameters, address));
  try {
    await client.connect();
    const version = await readVersion(opening.settings, client);
    refuseOld(version, opening.description);
    if (opening.settings.get("client_encoding") !== "UTF8")
      await client.query("SET client_encoding TO 'UTF8'");
    if (parameters.mustBeWritable) await refuseReadOnly(client, opening.description);
    return wire(client, opening, version);
  } catch (error) {
    client.connection.stream.destroy();
    throw error;
  }
}

function password(
  address: HostAddress,
  parameters: ConnectionParameters,
  surroundings: Surroundings,
): string {
  if (parameters.password !== undefined) return parameters.password;
  const { passwordFile, user, database } = parameters;
  const isOpen = isReadableByOthers(passwordFile);
  const text = isOpen ? undefined : surroundings.read(passwordFile);
  const found = passwordFrom(text ?? "", { host: passwordHost(address), port: address.port, database, user });
  if (found !== undefined) return found;
  const { code, message, next } = noPassword();
  throw new DatabaseError(
    code,
    { sqlstate: "28P01", message },
    {
      at: describeAddress(parameters, address),
      ...(isOpen ? { details: [`${passwordFile} is ignored: others may read it (chmod 600 it)`] } : {}),
      next,
    },
  );
}

/** The default Unix socket's directory counts as localhost (manual, libpq, The Password File). */
function passwordHost({ host }: HostAddress): string | undefined {
  return host === "/var/run/postgresql" || host === "/tmp" ? "localhost" : host;
}

function isReadableByOthers(path: string): boolean {
  return process.platform !== "win32" && existsSync(path) && (statSync(path).mode & 0o077) !== 0;
}

async function readVersion(settings: ReadonlyMap<string, string>, client: pg.Client): Promise<ServerVersion> {
  const [, major, minor] = /^(\d{2,})(?:\.(\d+))?/.exec(settings.get("server_version") ?? "") ?? [];
  if (major !== undefined) {
    return { number: Number(major) * 10000 + Number(minor ?? 0), major: Number(major) };
  }
  const { rows } = await client.query<{ number: number }>(
    "SELECT current_setting('server_version_num')::int AS number",
  );
  const number = rows[0]?.number ?? 0;
  return { number, major: Math.floor(number / 10000) };
}

function refuseOld({ number, major }: ServerVersion, description: string): void {
  if (major >= 14) return;
  const name = major >= 10 ? String(major) : `${major}.${Math.floor(number / 100) % 100}`;
  throw new DatabaseError(
    "DM1106",
    { sqlstate: "0A000", message: `PostgreSQL ${name} is too old: dm needs 14 or later` },
    { at: description, next: ["upgrade the server (pg_upgrade)"] },
  );
}

async function refuseReadOnly(client: pg.Client, description: string): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>("SHOW transaction_read_only");
  if (rows[0]?.transaction_read_only !== "on") return;
  throw new DatabaseError(
    "DM1102",
    { sqlstate: "08001", message: "the server is read-only" },
    { at: description, next: ["connect to the primary"] },
  );
}
