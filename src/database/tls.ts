import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions, SecureVersion } from "node:tls";
import { DmError } from "../error.js";
import type { HostAddress, TlsParameters } from "./connection-string.js";

/** The encryptions to try, in order; undefined is none at all (manual, libpq, SSL Mode Descriptions). */
export function encryptions(
  tls: TlsParameters,
  address: HostAddress,
  home: string,
): readonly (ConnectionOptions | undefined)[] {
  // TLS is never used on Unix sockets (manual, libpq, sslmode).
  if (tls.mode === "disable" || address.host?.startsWith("/") === true) return [undefined];
  if (tls.mode === "allow") return [undefined, tlsOptions(tls, address, home)];
  if (tls.mode === "prefer") return [tlsOptions(tls, address, home), undefined];
  return [tlsOptions(tls, address, home)];
}

function tlsOptions(tls: TlsParameters, { host, address }: HostAddress, home: string): ConnectionOptions {
  const directory = process.platform === "win32" ? join(home, "postgresql") : join(home, ".postgresql");
  const options: ConnectionOptions = { ...clientCertificate(tls, directory) };
  if (host !== undefined && address !== undefined && host !== address) options.servername = host;
  if (tls.minVersion !== undefined) options.minVersion = tls.minVersion as SecureVersion;
  if (tls.maxVersion !== undefined) options.maxVersion = tls.maxVersion as SecureVersion;

  const root = tls.rootCertificate ?? join(directory, "root.crt");
  const hasRoot = root === "system" || existsSync(root);
  const mustVerify = tls.mode === "verify-ca" || tls.mode === "verify-full";
  // With a root certificate at hand, require verifies like verify-ca (manual, libpq, Client Verification).
  if (!mustVerify && !(tls.mode === "require" && hasRoot)) return { ...options, rejectUnauthorized: false };
  if (!hasRoot) {
    throw new DmError("DM1105", `sslmode=${tls.mode} needs a root certificate, and there is no ${root}`, {
      next: ["name one: sslrootcert=FILE", "or trust the usual authorities: sslrootcert=system"],
    });
  }
  if (root !== "system") options.ca = readFile(root);
  if (tls.revocations !== undefined) options.crl = readFile(tls.revocations);
  if (tls.mode !== "verify-full") options.checkServerIdentity = () => undefined;
  return { ...options, rejectUnauthorized: true };
}

function clientCertificate(tls: TlsParameters, directory: string): ConnectionOptions {
  const certificate = tls.certificate ?? join(directory, "postgresql.crt");
  const key = tls.key ?? join(directory, "postgresql.key");
  if (tls.certificate === undefined && !existsSync(certificate)) return {};
  return {
    cert: readFile(certificate),
    key: readFile(key),
    ...(tls.keyPassword === undefined ? {} : { passphrase: tls.keyPassword }),
  };
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new DmError("DM1105", `the certificate file ${path} cannot be read`, {
      next: ["check sslrootcert, sslcert, sslkey and sslcrl in the URL"],
      cause,
    });
  }
}
