import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connect, inDatabase, withDatabase } from "../../src/database/connect.js";
import type { Surroundings } from "../../src/database/connection-string.js";
import type { Database } from "../../src/database/database.js";
import { DatabaseError } from "../../src/database/error.js";
import { connectServer, thisMachine } from "../../src/database/server.js";
import { newestServer, servers, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { password } from "../support/servers.js";

const newest = newestServer();
const server = newest ?? { major: 0, url: "", socket: "", port: 0 };
const skipped = skipAloud(newest === undefined, "connections: no server runs");

function surroundings(changes: Partial<Surroundings>): Surroundings {
  return { ...thisMachine(), env: {}, ...changes };
}

async function errorOf(work: Promise<unknown>): Promise<DatabaseError> {
  const error = await work.then(
    () => new Error("nothing was thrown"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseError);
  return error as DatabaseError;
}

/** Everything that a reader, or a log, could see of an error. */
function everything(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return String(error);
  const own = Object.getOwnPropertyNames(error).map((key) => JSON.stringify(Reflect.get(error, key)) ?? "");
  return [error.stack ?? "", ...own, everything(error.cause, depth + 1)].join("\n");
}

async function closedPort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

describe.skipIf(skipped)("a connection that fails says why, and what to do", () => {
  it("a wrong password", async () => {
    const error = await errorOf(connect(server.url.replace(/:[^:@]+@/, ":wrong-hunter2@")));
    expect(error).toMatchObject({ code: "DM1103", sqlstate: "28P01" });
    expect(error.message).toBe("the password for role postgres was not accepted");
    expect(error.next.length).toBeGreaterThan(0);
    expect(everything(error)).not.toContain("hunter2");
  });

  it("no password at all", async () => {
    const url = `postgres://postgres@127.0.0.1:${server.port}/postgres`;
    const error = await errorOf(connectServer(url, surroundings({ home: "/nowhere" })));
    expect(error).toMatchObject({
      code: "DM1103",
      message: "the server asks for a password, and there is none",
    });
  });

  it("a database that does not exist", async () => {
    const error = await errorOf(connect(inDatabase(server.url, "not here")));
    expect(error).toMatchObject({
      code: "DM1104",
      sqlstate: "3D000",
      message: "there is no database not here",
    });
    expect(everything(error)).not.toContain(password);
    expect(everything(error)).not.toContain(encodeURIComponent(password));
  });

  it("a role that may not log in", async () => {
    const name = `dm_test_nologin_${process.pid}`;
    await withDatabase(server.url, async (database) => {
      await database.query(`CREATE ROLE ${name} NOLOGIN PASSWORD 'x'`);
      try {
        const url = `postgres://${name}:x@127.0.0.1:${server.port}/postgres`;
        expect(await errorOf(connect(url))).toMatchObject({ code: "DM1103", sqlstate: "28000" });
      } finally {
        await database.query(`DROP ROLE ${name}`);
      }
    });
  });

  it("nobody at the port", async () => {
    const port = await closedPort();
    const error = await errorOf(connect(`postgres://u:hunter2@127.0.0.1:${port}/d`));
    expect(error).toMatchObject({ code: "DM1102", sqlstate: "08001" });
    expect(error.message).toBe(`no server answers at 127.0.0.1:${port}`);
    expect(error.at).toBe(`postgres://u@127.0.0.1:${port}/d`);
    expect(everything(error)).not.toContain("hunter2");
  });

  it("no socket in the directory", async () => {
    const error = await errorOf(connect("host=/nowhere port=5499 dbname=d"));
    expect(error).toMatchObject({ code: "DM1102", sqlstate: "08001" });
    expect(error.message).toBe("no server answers at the socket /nowhere/.s.PGSQL.5499");
  });

  it("a host that is unknown", async () => {
    const error = await errorOf(connect("postgres://u@no-such-host.invalid/d"));
    expect(error).toMatchObject({ code: "DM1102", message: "the host no-such-host.invalid is unknown" });
  });

  it("a server without TLS where TLS is demanded", async () => {
    for (const mode of ["require", "verify-full&sslrootcert=system"]) {
      const error = await errorOf(connect(`${server.url}?sslmode=${mode}`));
      expect(error.code).toBe("DM1105");
      expect(error.message).toContain("does not offer TLS");
    }
  });

  it("something that is no PostgreSQL", async () => {
    await withFakeServer(
      (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      async (port) => {
        const error = await errorOf(connect(`postgres://u@127.0.0.1:${port}/d`));
        expect(error).toMatchObject({ sqlstate: "08001", at: `postgres://u@127.0.0.1:${port}/d` });
      },
    );
  });

  it("a server that does not answer", async () => {
    await withFakeServer(
      () => undefined,
      async (port) => {
        const error = await errorOf(connect(`postgres://u@127.0.0.1:${port}/d?connect_timeout=1`));
        expect(error.message).toBe(`no answer from 127.0.0.1:${port} within 1 seconds`);
      },
    );
  });

  it("a server older than 14", async () => {
    await withFakeServer(oldServer, async (port) => {
      const error = await errorOf(connect(`postgres://u@127.0.0.1:${port}/d`));
      expect(error).toMatchObject({
        code: "DM1106",
        message: "PostgreSQL 13 is too old: dm needs 14 or later",
      });
    });
  });

  it("what is no URL", async () => {
    await expect(connect("mysql://u:hunter2@h/d")).rejects.toMatchObject({
      code: "DM1101",
      message: "mysql://u:***@h/d is not the URL of a database",
    });
    await expect(connect("")).rejects.toMatchObject({ code: "DM1101" });
    await expect(connect("pglite:")).rejects.toMatchObject({ code: "DM1101" });
  });
});

/** Declines TLS, then greets like PostgreSQL 13. */
function oldServer(socket: Socket): void {
  const message = (type: string, body: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  socket.on("data", (chunk: Buffer) => {
    const isTlsRequest = chunk.length === 8 && chunk.readInt32BE(4) === 80877103;
    if (isTlsRequest) socket.write("N");
    else {
      socket.write(message("R", Buffer.alloc(4)));
      socket.write(message("S", Buffer.from("server_version\u000013.4\u0000")));
      socket.write(message("Z", Buffer.from("I")));
    }
  });
}

async function withFakeServer(
  greet: (socket: Socket) => void,
  work: (port: number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  const fake: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => sockets.delete(socket));
    greet(socket);
  }).listen(0, "127.0.0.1");
  await once(fake, "listening");
  try {
    await work((fake.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    fake.close();
  }
}

describe.skipIf(skipped)("a connection is found as psql finds it", () => {
  const whoAmI = async (database: Database) => {
    const [row] = await database.query<{ name: string; role: string }>(
      "SELECT current_database()::text AS name, current_user::text AS role",
    );
    await database.close();
    return row;
  };
  const me = { name: "postgres", role: "postgres" };

  it("by a Unix socket", async () => {
    const { socket, port } = server;
    const encoded = encodeURIComponent(socket);
    for (const url of [
      `postgres://postgres@/postgres?host=${socket}&port=${port}`,
      `postgres://postgres@${encoded}:${port}/postgres?sslmode=require`,
      `host=${socket} port=${port} user=postgres dbname=postgres`,
    ]) {
      expect(await whoAmI(await connect(url)), url).toEqual(me);
    }
  });

  it("by the environment alone", async () => {
    const env = {
      PGHOST: "127.0.0.1",
      PGPORT: String(server.port),
      PGUSER: "postgres",
      PGPASSWORD: password,
      PGDATABASE: "postgres",
      PGOPTIONS: "-c work_mem=7MB",
    };
    const database = await connectServer("postgres://", surroundings({ env }));
    expect(await database.query("SHOW work_mem")).toEqual([{ work_mem: "7MB" }]);
    expect(await whoAmI(database)).toEqual(me);
  });

  it("with the password of ~/.pgpass, unless others may read it", async () => {
    const home = mkdtempSync(join(tmpdir(), "dm-home-"));
    const file = join(home, ".pgpass");
    try {
      writeFileSync(file, `127.0.0.1:${server.port}:postgres:postgres:${password}\n`, { mode: 0o600 });
      const url = `postgres://postgres@127.0.0.1:${server.port}/postgres`;
      expect(await whoAmI(await connectServer(url, surroundings({ home })))).toEqual(me);
      chmodSync(file, 0o644);
      const error = await errorOf(connectServer(url, surroundings({ home })));
      expect(error.details).toEqual([`${file} is ignored: others may read it (chmod 600 it)`]);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it("at the second host when the first is down", async () => {
    const down = await closedPort();
    const hosts = `127.0.0.1:${down},127.0.0.1:${server.port}`;
    const url = server.url.replace(`127.0.0.1:${server.port}`, hosts);
    const database = await connect(url);
    expect(database.description).toBe(`postgres://postgres@127.0.0.1:${server.port}/postgres`);
    expect(await whoAmI(database)).toEqual(me);

    const error = await errorOf(connect(url.replace(`:${server.port}/`, `:${down}/`)));
    expect(error.details).toHaveLength(2);
  });

  it("not where it is read-only, when it must be writable", async () => {
    const readOnly = "options=-c%20default_transaction_read_only%3Don&target_session_attrs=read-write";
    expect(await errorOf(connect(`${server.url}?${readOnly}`))).toMatchObject({
      message: "the server is read-only",
    });
    await (await connect(`${server.url}?target_session_attrs=read-write`)).close();
  });

  it("with the parameters of the URL", async () => {
    const url = `${server.url}?application_name=a%20b&options=-c%20statement_timeout%3D1234`;
    await withDatabase(url, async (database) => {
      expect(await database.query("SHOW application_name")).toEqual([{ application_name: "a b" }]);
      expect(await database.query("SHOW statement_timeout")).toEqual([{ statement_timeout: "1234ms" }]);
    });
  });

  it("and never shows the password", async () => {
    await withDatabase(server.url, async (database) => {
      expect(database.description).toBe(`postgres://postgres@127.0.0.1:${server.port}/postgres`);
    });
  });

  it("in UTF-8, whatever the database's encoding", async () => {
    await withDatabase(server.url, async (admin) => {
      const name = `dm_test_latin1_${process.pid}`;
      await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
      try {
        await withDatabase(inDatabase(server.url, name), async (database) => {
          expect(await database.query("SELECT 'Zähne' AS a, chr(228) AS b")).toEqual([
            { a: "Zähne", b: "ä" },
          ]);
        });
      } finally {
        await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      }
    });
  });
});

describe.each(servers())("a lost connection, on $major", ({ major }) => {
  const pid = async (database: Database) => {
    const [row] = await database.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return row?.pid;
  };

  it("fails the running query and all later ones", () =>
    withTemporaryDatabase(major, (admin, url) =>
      withDatabase(url, async (database) => {
        const victim = await pid(database);
        const running = errorOf(database.query("SELECT pg_sleep(60)"));
        const waiting = errorOf(database.query("SELECT 1"));
        await admin.query("SELECT pg_terminate_backend($1)", [victim]);
        expect(await running).toMatchObject({ code: "DM1107", sqlstate: "08006" });
        expect((await running).details.join()).toMatch(/terminat/i);
        expect((await waiting).sqlstate).toBe("08006");
        expect((await errorOf(database.script("SELECT 1"))).sqlstate).toBe("08006");
      }),
    ));

  it("fails the next query when it was idle", () =>
    withTemporaryDatabase(major, (admin, url) =>
      withDatabase(url, async (database) => {
        const victim = await pid(database);
        await admin.query("SELECT pg_terminate_backend($1)", [victim]);
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect((await errorOf(database.query("SELECT 1"))).sqlstate).toBe("08006");
      }),
    ));

  it("in a transaction: the work's own error is the one that is told", () =>
    withTemporaryDatabase(major, (admin, url) =>
      withDatabase(url, async (database) => {
        const own = new Error("the work's own");
        const dying = database.transaction(async () => {
          await admin.query("SELECT pg_terminate_backend($1)", [await pid(database)]);
          await errorOf(database.query("SELECT 1"));
          throw own;
        });
        await expect(dying).rejects.toBe(own);

        const trial = withDatabase(url, (second) =>
          second.trial(async () => {
            await admin.query("SELECT pg_terminate_backend($1)", [await pid(second)]);
            return second.query("SELECT 1");
          }),
        );
        expect((await errorOf(trial)).sqlstate).toBe("08006");
      }),
    ));

  it("at COMMIT is not taken for success", () =>
    withTemporaryDatabase(major, (admin, url) =>
      withDatabase(url, async (database) => {
        const dying = database.transaction(async () => {
          await database.query("CREATE TABLE t ()");
          await admin.query("SELECT pg_terminate_backend($1)", [await pid(database)]);
          await new Promise((resolve) => setTimeout(resolve, 200));
        });
        expect((await errorOf(dying)).sqlstate).toBe("08006");
        expect(await admin.query("SELECT to_regclass('t') AS t")).toEqual([{ t: null }]);
      }),
    ));
});
