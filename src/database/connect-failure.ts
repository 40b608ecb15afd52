import type { ConnectionParameters, HostAddress } from "./connection-string.js";
import { describeAddress } from "./connection-string.js";
import { DatabaseError } from "./error.js";
import { isReport, messageOf, report } from "./failure.js";

/** What a failed attempt to connect says to a person, and what can be done about it. */
export function connectionError(
  error: unknown,
  parameters: ConnectionParameters,
  address: HostAddress,
  earlier: readonly string[] = [],
): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const description = describeAddress(parameters, address);
  const { code, message, next } = isReport(error)
    ? refusal(error.code, parameters)
    : obstacle(error, parameters, address);
  const fields = isReport(error) ? report(error) : { sqlstate: "08001", message: messageOf(error) };
  const details = [messageOf(error), ...(fields.detail === undefined ? [] : [fields.detail]), ...earlier];
  return new DatabaseError(
    code,
    { ...fields, message },
    { at: description, details: details.filter((detail) => detail !== ""), next, cause: error },
  );
}

interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly next: readonly string[];
}

/** PostgreSQL answered, and declined (manual, appendix PostgreSQL Error Codes). */
function refusal(sqlstate: string, { user, database, tls }: ConnectionParameters): Explanation {
  switch (sqlstate) {
    case "28P01":
      return {
        code: "DM1103",
        message: `the password for role ${user} was not accepted`,
        next: [
          "check the password in the URL, PGPASSWORD or ~/.pgpass",
          "a special character must be percent-encoded",
        ],
      };
    case "28000":
      return {
        code: "DM1103",
        message: `the server does not let role ${user} in`,
        next: [
          "check that the role exists and may log in",
          `check the server's pg_hba.conf for this address (sslmode is ${tls.mode})`,
        ],
      };
    case "3D000":
      return {
        code: "DM1104",
        message: `there is no database ${database}`,
        next: [`create it: createdb ${database}`, "or correct the database's name in the URL"],
      };
    case "53300":
      return {
        code: "DM1102",
        message: "the server has no connection left",
        next: ["close idle connections, or raise max_connections"],
      };
    case "57P03":
      return {
        code: "DM1102",
        message: "the server is starting up, shutting down or recovering",
        next: ["try again in a moment"],
      };
    default:
      return { code: "DM1102", message: "the server refused the connection", next: ["check the URL"] };
  }
}

/** Nothing that speaks PostgreSQL's protocol answered, or it could not be trusted. */
function obstacle(
  error: unknown,
  { tls, connectTimeout }: ConnectionParameters,
  address: HostAddress,
): Explanation {
  const code = errorCode(error);
  const message = messageOf(error);
  const host = address.host ?? "localhost";
  const place = host.startsWith("/")
    ? `the socket ${host}/.s.PGSQL.${address.port}`
    : `${host}:${address.port}`;
  if (["ECONNREFUSED", "ENOENT"].includes(code)) {
    return {
      code: "DM1102",
      message: `no server answers at ${place}`,
      next: ["start PostgreSQL there", "check the host and the port in the URL"],
    };
  }
  if (["ENOTFOUND", "EAI_AGAIN", "EAI_NONAME", "EAI_NODATA"].includes(code)) {
    return {
      code: "DM1102",
      message: `the host ${host} is unknown`,
      next: ["check the host's name in the URL", "check the network, VPN and DNS"],
    };
  }
  if (code === "ETIMEDOUT" || message === "timeout expired") {
    return {
      code: "DM1102",
      message: `no answer from ${place} within ${connectTimeout} seconds`,
      next: ["check that a firewall lets this machine through", "allow more time: ?connect_timeout=SECONDS"],
    };
  }
  if (message === serverWithoutTls) {
    return {
      code: "DM1105",
      message: `the server at ${place} does not offer TLS, and sslmode=${tls.mode} demands it`,
      next: ["switch TLS on at the server (ssl = on)", "or, in a network you trust, use sslmode=prefer"],
    };
  }
  if (isTlsFailure(error)) {
    const isName = code === "ERR_TLS_CERT_ALTNAME_INVALID";
    return {
      code: "DM1105",
      message: isName
        ? `the certificate of ${place} is for another host`
        : `the TLS connection to ${place} failed (sslmode=${tls.mode})`,
      next: isName
        ? ["connect by the name in the certificate", "or use sslmode=verify-ca"]
        : ["name the authority that signed it: ?sslrootcert=FILE, or sslrootcert=system"],
    };
  }
  if (message.startsWith("SASL: ") && message.includes("password must be")) return noPassword();
  return {
    code: "DM1102",
    message: `the connection to ${place} failed`,
    next: ["check that a PostgreSQL server listens at this port"],
  };
}

export function noPassword(): Explanation {
  return {
    code: "DM1103",
    message: "the server asks for a password, and there is none",
    next: ["put it in PGPASSWORD, in ~/.pgpass (mode 0600) or in the URL"],
  };
}

/** node-postgres' words when the server answers SSLRequest with N. */
export const serverWithoutTls = "The server does not support SSL connections";

export function isTlsFailure(error: unknown): boolean {
  const code = errorCode(error);
  return (
    /^(ERR_TLS_|ERR_SSL_|CERT_|EPROTO|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CRL_|HOSTNAME_MISMATCH)/.test(code) ||
    messageOf(error).includes("establishing an SSL connection")
  );
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
