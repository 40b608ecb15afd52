import { DmError } from "../error.js";
import { maskPassword } from "./password-mask.js";

export function isUri(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text);
}

export function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

export function parseUri(text: string): Record<string, string> {
  const [main, query] = cut(text.slice(text.indexOf("://") + 3), "?");
  const [authority, path] = cut(main, "/");
  const at = authority.lastIndexOf("@");
  const [user, password] = at < 0 ? ["", undefined] : cut(authority.slice(0, at), ":");
  const hosts = authority
    .slice(at + 1)
    .split(",")
    .map((host) => splitHost(host, text));
  const values: Record<string, string> = {};
  const set = (key: string, value: string | undefined) => {
    if (value !== undefined && value !== "") values[key] = decode(value, text);
  };
  set("user", user);
  set("password", password);
  set(
    "host",
    hosts
      .map(({ host }) => host)
      .join(",")
      .replace(/^,*$/, ""),
  );
  set(
    "port",
    hosts
      .map(({ port }) => port)
      .join(",")
      .replace(/^,*$/, ""),
  );
  set("dbname", path);
  for (const pair of (query ?? "").split("&").filter((part) => part !== "")) {
    const [key, value] = cut(pair, "=");
    if (value === undefined) throw malformed(text, `the parameter ${decode(key, text)} has no value`);
    const keyword = decode(key, text);
    // JDBC's spelling, which libpq accepts too (manual, libpq, Connection URIs).
    if (keyword === "ssl" && value === "true") values.sslmode = "require";
    else values[keyword] = decode(value, text);
  }
  return values;
}

function splitHost(text: string, whole: string): { host: string; port: string } {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text);
  if (match === null) throw malformed(whole, "its host is not a name, an address or [an IPv6 address]");
  return { host: match[1] ?? match[2] ?? "", port: match[3] ?? "" };
}

function decode(text: string, whole: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed(whole, "a % in it is not followed by two hexadecimal digits", [
      "write a literal % as %25 (and : as %3A, @ as %40, / as %2F)",
    ]);
  }
}

export function parseKeywords(text: string): Record<string, string> {
  const pair = /\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:\\.|[^\s'\\])*))(?=\s|$)\s*/gsy;
  const values: Record<string, string> = {};
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text);
    if (match?.[1] === undefined) throw malformed(text, "it is neither a URI nor keyword=value pairs");
    values[match[1]] = (match[2] ?? match[3] ?? "").replace(/\\(.)/gs, "$1");
  }
  return values;
}

export function quoteValue(value: string): string {
  return `'${value.replace(/['\\]/g, "\\$&")}'`;
}

export function malformed(text: string, what: string, next: readonly string[] = []): DmError {
  return new DmError("DM1101", `the connection string cannot be used: ${what}`, {
    at: maskPassword(text),
    next: next.length > 0 ? next : ["write it as postgres://user@host:5432/database?sslmode=require"],
  });
}
