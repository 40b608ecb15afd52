import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inDatabase } from "../../src/database/connect.js";
import { connectServer, thisMachine } from "../../src/database/server.js";
import { newestServer, skipAloud } from "../support/databases.js";
import { startServer, type TestServer } from "../support/servers.js";

const newest = newestServer();
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const skipped = skipAloud(
  newest === undefined || !hasOpenssl,
  "TLS: it needs a server and the openssl command",
);

function openssl(...options: string[]): void {
  const { status, stderr } = spawnSync("openssl", options, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

describe.skipIf(skipped)("sslmode means what libpq says", () => {
  let server: TestServer | undefined;
  let directory = "";

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "dm-tls-"));
    const file = (name: string) => join(directory, name);
    const key = (name: string) => ["-newkey", "rsa:2048", "-nodes", "-keyout", file(`${name}.key`)];
    for (const authority of ["ours", "theirs"]) {
      const place = ["-x509", "-days", "2", "-out", file(`${authority}.crt`)];
      openssl("req", ...key(authority), ...place, "-subj", `/CN=${authority}`);
    }
    openssl("req", ...key("server"), "-out", file("server.csr"), "-subj", "/CN=localhost");
    const signer = ["-CA", file("ours.crt"), "-CAkey", file("ours.key"), "-CAcreateserial"];
    openssl("x509", "-req", "-in", file("server.csr"), ...signer, "-days", "2", "-out", file("server.crt"));
    server = await startServer(newest?.major ?? 0, {
      settings: { ssl: "on" },
      hba: [
        "hostssl with_tls all all scram-sha-256",
        "host with_tls all all reject",
        "hostnossl without_tls all all scram-sha-256",
        "host without_tls all all reject",
      ],
      prepare(data) {
        for (const name of ["server.crt", "server.key"]) {
          spawnSync("install", ["-m", "600", file(name), join(data, name)]);
        }
      },
    });
    const admin = await connectServer(server?.url ?? "");
    await admin.query("CREATE DATABASE with_tls");
    await admin.query("CREATE DATABASE without_tls");
    await admin.close();
  });

  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Whether the session is encrypted, or the code of the error. */
  async function outcome(
    query: string,
    database = "postgres",
    host = "127.0.0.1",
  ): Promise<boolean | string> {
    const base = inDatabase(server?.url ?? "", database).replace("127.0.0.1", host);
    const url = `${base}?${query.replaceAll("DIR", directory)}`;
    try {
      const session = await connectServer(url, { ...thisMachine(), env: {}, home: directory });
      const [row] = await session.query<{ ssl: boolean }>(
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
      );
      await session.close();
      return row?.ssl ?? "nothing";
    } catch (error) {
      return error instanceof Error && "code" in error ? String(error.code) : String(error);
    }
  }

  const cases: [query: string, database: string, host: string, expected: boolean | string][] = [
    ["sslmode=disable", "postgres", "127.0.0.1", false],
    ["sslmode=allow", "postgres", "127.0.0.1", false],
    ["sslmode=prefer", "postgres", "127.0.0.1", true],
    ["", "postgres", "127.0.0.1", true],
    ["sslmode=require", "postgres", "127.0.0.1", true],
    ["sslmode=disable", "with_tls", "127.0.0.1", "DM1103"],
    ["sslmode=allow", "with_tls", "127.0.0.1", true],
    ["sslmode=prefer", "without_tls", "127.0.0.1", false],
    ["sslmode=require", "without_tls", "127.0.0.1", "DM1103"],
    ["sslmode=verify-ca", "postgres", "127.0.0.1", "DM1105"],
    ["sslmode=verify-ca&sslrootcert=DIR/ours.crt", "postgres", "127.0.0.1", true],
    ["sslmode=verify-ca&sslrootcert=DIR/theirs.crt", "postgres", "127.0.0.1", "DM1105"],
    ["sslmode=verify-full&sslrootcert=DIR/ours.crt", "postgres", "127.0.0.1", "DM1105"],
    ["sslmode=verify-full&sslrootcert=DIR/ours.crt", "postgres", "localhost", true],
    ["sslmode=verify-full&sslrootcert=DIR/theirs.crt", "postgres", "localhost", "DM1105"],
    ["sslrootcert=system", "postgres", "localhost", "DM1105"],
    // A root certificate makes require verify, like verify-ca.
    ["sslmode=require&sslrootcert=DIR/ours.crt", "postgres", "127.0.0.1", true],
    ["sslmode=require&sslrootcert=DIR/theirs.crt", "postgres", "127.0.0.1", "DM1105"],
    ["sslmode=verify-full&sslrootcert=DIR/none.crt", "postgres", "localhost", "DM1105"],
    ["sslmode=prefer&sslrootcert=DIR/theirs.crt", "postgres", "localhost", true],
  ];
  it.each(cases)("%s to %s at %s: %s", async (query, database, host, expected) => {
    expect(await outcome(query, database, host)).toBe(expected);
  });

  it("a certificate for another host is named as that", async () => {
    const url = `${server?.url}?sslmode=verify-full&sslrootcert=${directory}/ours.crt`;
    await expect(connectServer(url)).rejects.toThrow(/certificate of 127\.0\.0\.1:\d+ is for another host/);
  });
});
