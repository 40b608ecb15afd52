import pg from "pg";
import type { Row, ServerVersion } from "./database.js";
import type { DatabaseError } from "./error.js";
import { isReport, lostConnection, messageOf, statementError } from "./failure.js";
import { onInterrupt } from "./interrupt.js";
import type { TransactionStatus, Wire } from "./session.js";

/** What the server said of the session beside the results: its settings, its state, its end. */
interface Watched {
  readonly description: string;
  readonly settings: ReadonlyMap<string, string>;
  status: TransactionStatus;
  /** Set once the connection is gone. */
  lost: DatabaseError | undefined;
  /** Resolves when the server is ready for the next query, or gone. */
  whenReady(): Promise<void>;
  expectReady(): void;
}

export function watch(client: pg.Client, description: string): Watched {
  const settings = new Map<string, string>();
  let isReady = true;
  let waiting: (() => void)[] = [];
  const ready = () => {
    isReady = true;
    for (const resume of waiting) resume();
    waiting = [];
  };
  const watched: Watched = {
    description,
    settings,
    status: "I",
    lost: undefined,
    whenReady: () => (isReady ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    expectReady() {
      isReady = false;
    },
  };
  const lose = (reason: string, cause?: unknown) => {
    watched.lost ??= lostConnection(description, reason, cause);
    ready();
  };
  client.connection.on("parameterStatus", (message: { parameterName: string; parameterValue: string }) => {
    settings.set(message.parameterName, message.parameterValue);
  });
  client.connection.on("readyForQuery", (message: { status: TransactionStatus }) => {
    watched.status = message.status;
    ready();
  });
  client.on("error", (error) => lose(messageOf(error), error));
  client.on("end", () => lose("the server closed the connection"));
  return watched;
}

export function wire(client: pg.Client, watched: Watched, version: ServerVersion): Wire {
  async function send<T>(query: () => Promise<T>): Promise<T> {
    if (watched.lost !== undefined) throw watched.lost;
    watched.expectReady();
    try {
      return await query();
    } catch (error) {
      if (isReport(error) && !endsSession(error.code)) {
        await watched.whenReady();
        throw statementError(error, error);
      }
      watched.lost ??= lostConnection(watched.description, messageOf(error), error);
      throw watched.lost;
    }
  }
  const forget = onInterrupt(() => cancelRunning(client, watched));
  return {
    engine: "server",
    description: watched.description,
    version,
    async execute(text, parameters) {
      // The extended protocol also without parameters: one statement is then all that PostgreSQL accepts.
      const query = { text, values: [...parameters], queryMode: "extended" };
      return (await send(() => syncAfterCopy(client, () => client.query<Row>(query)))).rows;
    },
    async executeScript(text) {
      const answer: unknown = await send(() => client.query<Row>(text));
      const results = (Array.isArray(answer) ? answer : [answer]) as pg.QueryResult<Row>[];
      return results.filter(({ command }) => command !== null).map(({ rows }) => rows);
    },
    status: () => watched.status,
    async end() {
      forget();
      await client.end();
    },
  };
}

/** What node-postgres has and its types leave out. */
interface Cancelling {
  readonly processID: number;
  readonly secretKey: number;
}

interface CancelConnection {
  connect(portOrPath: number | string, host?: string): void;
  cancel(processID: number, secretKey: number): void;
  on(event: string, listener: () => void): void;
}

/** A CancelRequest on a connection of its own (manual, Frontend/Backend Protocol, Canceling Requests in Progress). */
function cancelRunning(client: pg.Client, watched: Watched): void {
  if (watched.lost !== undefined) return;
  const { processID, secretKey } = client as pg.Client & Cancelling;
  const { connection } = new pg.Client({ ssl: client.ssl }) as unknown as { connection: CancelConnection };
  connection.on(client.ssl === false ? "connect" : "sslconnect", () =>
    connection.cancel(processID, secretKey),
  );
  // A cancel that does not get through leaves the statement to end by itself.
  connection.on("error", () => undefined);
  if (client.host.startsWith("/")) connection.connect(`${client.host}/.s.PGSQL.${client.port}`);
  else connection.connect(client.port, client.host);
}

/**
 * node-postgres answers COPY … FROM STDIN with CopyFail. In the extended protocol the server then waits for a
 * Sync, the one before having been swallowed by COPY (manual, Message Flow, COPY Operations).
 */
async function syncAfterCopy<T>({ connection }: pg.Client, query: () => Promise<T>): Promise<T> {
  const sync = () => process.nextTick(() => connection.sync());
  connection.on("copyInResponse", sync);
  try {
    return await query();
  } finally {
    connection.off("copyInResponse", sync);
  }
}

/** Errors after which the server hangs up, told by code: `FATAL` is said in the server's language. */
function endsSession(sqlstate: string): boolean {
  return (
    ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04"].includes(sqlstate) || sqlstate.startsWith("08")
  );
}
