import type { DmError } from "../error.js";
import { cut, isUri, malformed, parseKeywords, parseUri, quoteValue } from "./connection-uri.js";

export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export type SslMode = (typeof sslModes)[number];

export interface HostAddress {
  /** A name, an address, or the directory of a Unix socket; undefined: the local server, socket first. */
  readonly host?: string;
  /** Where to connect to when it is not what `host` resolves to. */
  readonly address?: string;
  readonly port: number;
}

export interface TlsParameters {
  readonly mode: SslMode;
  readonly isDirect: boolean;
  /** A file, or `system`. */
  readonly rootCertificate?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly keyPassword?: string;
  readonly revocations?: string;
  readonly minVersion?: string;
  readonly maxVersion?: string;
}

/** What a connection string, its service and the environment say (manual, libpq, Parameter Key Words). */
export interface ConnectionParameters {
  /** Tried in this order. */
  readonly hosts: readonly HostAddress[];
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  readonly passwordFile: string;
  readonly applicationName: string;
  readonly options?: string;
  /** Seconds. */
  readonly connectTimeout: number;
  readonly mustBeWritable: boolean;
  readonly channelBinding: boolean;
  readonly tls: TlsParameters;
}

/** What a connection string is read in: so that parsing depends on its arguments alone. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The operating system's user, libpq's default role. */
  readonly user: string;
  readonly platform: NodeJS.Platform;
  /** A file's text, or undefined when there is none. */
  readonly read: (path: string) => string | undefined;
}

/** The keywords that dm understands, with the environment variable of each. */
const keywords: Readonly<Record<string, string | undefined>> = {
  host: "PGHOST",
  hostaddr: "PGHOSTADDR",
  port: "PGPORT",
  dbname: "PGDATABASE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  service: "PGSERVICE",
  servicefile: "PGSERVICEFILE",
  application_name: "PGAPPNAME",
  fallback_application_name: undefined,
  options: "PGOPTIONS",
  connect_timeout: "PGCONNECT_TIMEOUT",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  channel_binding: "PGCHANNELBINDING",
  client_encoding: "PGCLIENTENCODING",
  sslmode: "PGSSLMODE",
  sslnegotiation: "PGSSLNEGOTIATION",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslpassword: undefined,
  sslcrl: "PGSSLCRL",
  sslsni: "PGSSLSNI",
  sslcompression: "PGSSLCOMPRESSION",
  ssl_min_protocol_version: "PGSSLMINPROTOCOLVERSION",
  ssl_max_protocol_version: "PGSSLMAXPROTOCOLVERSION",
  gssencmode: "PGGSSENCMODE",
  krbsrvname: "PGKRBSRVNAME",
  keepalives: undefined,
  keepalives_idle: undefined,
  keepalives_interval: undefined,
  keepalives_count: undefined,
  tcp_user_timeout: undefined,
  load_balance_hosts: "PGLOADBALANCEHOSTS",
};

/** libpq waits for ever; a person at a terminal does not. Long enough for a serverless database to wake. */
const defaultConnectTimeout = 30;

/**
 * Reads a connection string as libpq does: a URI or `keyword=value` pairs, completed by a service file and
 * the PG* environment variables.
 * @throws DmError DM1101 when it is malformed or asks for what dm cannot do.
 */
export function parseConnectionString(text: string, surroundings: Surroundings): ConnectionParameters {
  const written = isUri(text) ? parseUri(text) : parseKeywords(text);
  for (const keyword of Object.keys(written)) {
    if (!Object.hasOwn(keywords, keyword)) throw unknownKeyword(keyword, text);
  }
  const { env, home, platform } = surroundings;
  const service = readService(written.service ?? env.PGSERVICE, written.servicefile, surroundings, text);
  const given = (keyword: string): string | undefined => {
    const variable = keywords[keyword];
    const value =
      written[keyword] ?? service[keyword] ?? (variable === undefined ? undefined : env[variable]);
    return value === "" ? undefined : value;
  };

  const user = given("user") ?? surroundings.user;
  const password = given("password");
  const options = given("options");
  const passwordFile =
    platform === "win32" ? `${env.APPDATA ?? home}\\postgresql\\pgpass.conf` : `${home}/.pgpass`;
  if (given("gssencmode") === "require")
    throw malformed(text, "dm does not speak GSSAPI (gssencmode=require)");
  return {
    hosts: readHosts(given("host"), given("hostaddr"), given("port"), text),
    user,
    database: given("dbname") ?? user,
    ...(password === undefined ? {} : { password }),
    passwordFile: given("passfile") ?? passwordFile,
    applicationName: given("application_name") ?? given("fallback_application_name") ?? "dm",
    ...(options === undefined ? {} : { options }),
    connectTimeout: readTimeout(given("connect_timeout"), text),
    mustBeWritable: readSessionAttributes(given("target_session_attrs"), text),
    channelBinding: given("channel_binding") !== "disable",
    tls: readTls(given, text),
  };
}

/** Whether the text is a connection string of a server at all: a URI or `keyword=value` pairs. */
export function isConnectionString(text: string): boolean {
  return isUri(text) || /^\s*[a-z_]+\s*=/.test(text);
}

/** The same connection string for another database of the same server. */
export function inDatabase(text: string, database: string): string {
  if (!isUri(text)) return `${text} dbname=${quoteValue(database)}`;
  const [beforeQuery, query] = cut(text, "?");
  const start = beforeQuery.indexOf("://") + 3;
  const slash = beforeQuery.indexOf("/", start);
  const authority = slash < 0 ? beforeQuery : beforeQuery.slice(0, slash);
  const rest = (query ?? "").split("&").filter((pair) => pair !== "" && !pair.startsWith("dbname="));
  const tail = rest.length === 0 ? "" : `?${rest.join("&")}`;
  return `${authority}/${encodeURIComponent(database)}${tail}`;
}

/** `postgres://user@host:port/database`, for messages. */
export function describeAddress(
  { user, database }: ConnectionParameters,
  { host, port }: HostAddress,
): string {
  const encoded = encodeURIComponent(database);
  if (host?.startsWith("/"))
    return `postgres://${encodeURIComponent(user)}@/${encoded}?host=${host}&port=${port}`;
  const shown = host?.includes(":") ? `[${host}]` : (host ?? "localhost");
  return `postgres://${encodeURIComponent(user)}@${shown}:${port}/${encoded}`;
}

function readHosts(
  host: string | undefined,
  address: string | undefined,
  port: string | undefined,
  text: string,
): HostAddress[] {
  const hosts = host?.split(",") ?? [];
  const addresses = address?.split(",") ?? [];
  const ports = port?.split(",") ?? [];
  const count = Math.max(hosts.length, addresses.length, 1);
  return Array.from({ length: count }, (_, index) => {
    const one = (hosts[index] ?? "") || addresses[index];
    const written = addresses[index];
    const number = (ports.length === 1 ? ports[0] : ports[index]) || "5432";
    if (!/^\d+$/.test(number) || Number(number) < 1 || Number(number) > 65535) {
      throw malformed(text, `${number} is not a port number`);
    }
    return {
      ...(one === undefined || one === "" ? {} : { host: one }),
      ...(written === undefined || written === "" ? {} : { address: written }),
      port: Number(number),
    };
  });
}

function readTimeout(seconds: string | undefined, text: string): number {
  if (seconds === undefined) return defaultConnectTimeout;
  if (!/^-?\d+$/.test(seconds))
    throw malformed(text, `connect_timeout=${seconds} is not a number of seconds`);
  return Math.max(0, Number(seconds));
}

function readSessionAttributes(value: string | undefined, text: string): boolean {
  if (value === undefined || value === "any") return false;
  if (value === "read-write" || value === "primary") return true;
  throw malformed(text, `dm changes databases: target_session_attrs=${value} makes no sense for it`, [
    "use target_session_attrs=read-write or any",
  ]);
}

function readTls(given: (keyword: string) => string | undefined, text: string): TlsParameters {
  const rootCertificate = given("sslrootcert");
  // sslrootcert=system makes verify-full the default, anything weaker an error (manual, libpq, sslrootcert).
  const mode = given("sslmode") ?? (rootCertificate === "system" ? "verify-full" : "prefer");
  if (!isSslMode(mode))
    throw malformed(text, `sslmode=${mode} does not exist`, [`one of ${sslModes.join(", ")}`]);
  if (rootCertificate === "system" && mode !== "verify-full") {
    throw malformed(text, `sslmode=${mode} is too weak for sslrootcert=system`, ["use sslmode=verify-full"]);
  }
  const isDirect = given("sslnegotiation") === "direct";
  if (isDirect && ["disable", "allow", "prefer"].includes(mode)) {
    throw malformed(text, `sslmode=${mode} is too weak for sslnegotiation=direct`, ["use sslmode=require"]);
  }
  const optional = {
    rootCertificate,
    certificate: given("sslcert"),
    key: given("sslkey"),
    keyPassword: given("sslpassword"),
    revocations: given("sslcrl"),
    minVersion: given("ssl_min_protocol_version"),
    maxVersion: given("ssl_max_protocol_version"),
  };
  const present = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { mode, isDirect, ...Object.fromEntries(present) };
}

function isSslMode(text: string): text is SslMode {
  return sslModes.some((mode) => mode === text);
}

/** The section of ~/.pg_service.conf that a service names (manual, libpq, The Connection Service File). */
function readService(
  service: string | undefined,
  file: string | undefined,
  { env, home, read }: Surroundings,
  text: string,
): Record<string, string> {
  if (service === undefined || service === "") return {};
  const candidates = [file ?? env.PGSERVICEFILE ?? `${home}/.pg_service.conf`];
  if (env.PGSYSCONFDIR !== undefined) candidates.push(`${env.PGSYSCONFDIR}/pg_service.conf`);
  for (const candidate of candidates) {
    const sections = (read(candidate) ?? "").split(/^[ \t]*\[/m).slice(1);
    const section = sections.find((body) => body.slice(0, body.indexOf("]")) === service);
    if (section === undefined) continue;
    const lines = section.slice(section.indexOf("]") + 1).split(/\r?\n/);
    const pairs = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
    return Object.fromEntries(
      pairs.map((pair) => {
        const [key, value] = cut(pair, "=");
        return [key.trim(), value ?? ""];
      }),
    );
  }
  throw malformed(text, `there is no service ${service}`, [`define [${service}] in ${candidates[0]}`]);
}

function unknownKeyword(keyword: string, text: string): DmError {
  const near = Object.keys(keywords).filter((known) => known.startsWith(keyword.slice(0, 3)));
  return malformed(text, `PostgreSQL knows no connection parameter ${keyword}`, [
    near.length === 0 ? `remove ${keyword}` : `remove ${keyword}, or write ${near.join(" or ")}`,
  ]);
}
