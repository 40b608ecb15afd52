import { type messages, type PGlite, protocol } from "@electric-sql/pglite";
import type { Row, ServerVersion } from "./database.js";
import { lostConnection, messageOf, statementError } from "./failure.js";
import type { TransactionStatus, Wire } from "./session.js";
import { decodeValue } from "./value.js";

const { serialize, Parser } = protocol;

/**
 * COPY … FROM STDIN has no one to read from: CopyFail, sent behind every statement, ends it with an error.
 * Elsewhere it is ignored (manual, Message Flow, COPY Operations).
 */
const copyFail = serialize.copyFail("COPY FROM STDIN is not possible here");

/** PostgreSQL's protocol over an open PGlite: the same messages, in the same order, as a server is sent. */
export function pgliteWire(pglite: PGlite, description: string, version: ServerVersion): Wire {
  let status: TransactionStatus = "I";

  async function exchange(messages: readonly Uint8Array[]): Promise<Row[][]> {
    const chunks: Uint8Array[] = [];
    try {
      await pglite.execProtocolRawStream(Buffer.concat(messages), {
        syncToFs: false,
        onRawData: (chunk) => chunks.push(chunk.slice()),
      });
    } catch (error) {
      throw lostConnection(description, messageOf(error), error);
    }
    const answer = readAnswer(Buffer.concat(chunks));
    status = answer.status ?? status;
    if (answer.error !== undefined) throw statementError(answer.error, answer.error);
    return answer.results;
  }

  return {
    engine: "pglite",
    description,
    version,
    async execute(text, parameters) {
      const [rows = []] = await exchange([
        serialize.parse({ text }),
        serialize.bind({ values: [...parameters] }),
        serialize.describe({ type: "P" }),
        serialize.execute({}),
        copyFail,
        serialize.sync(),
      ]);
      return rows;
    },
    executeScript: (text) => exchange([serialize.query(text), copyFail]),
    status: () => status,
    end: () => pglite.close(),
  };
}

interface Answer {
  readonly results: Row[][];
  readonly status: TransactionStatus | undefined;
  readonly error: messages.DatabaseError | undefined;
}

function readAnswer(bytes: Buffer): Answer {
  const { RowDescriptionMessage, DataRowMessage, ReadyForQueryMessage, DatabaseError } = protocol.messages;
  const results: Row[][] = [];
  let fields: messages.RowDescriptionMessage["fields"] = [];
  let rows: Row[] = [];
  let status: TransactionStatus | undefined;
  let error: messages.DatabaseError | undefined;
  new Parser().parse(bytes, (message) => {
    if (message instanceof RowDescriptionMessage) fields = message.fields;
    else if (message instanceof DataRowMessage) rows.push(readRow(fields, message.fields));
    else if (message.name === "commandComplete") {
      results.push(rows);
      rows = [];
    } else if (message instanceof DatabaseError) error ??= message;
    else if (message instanceof ReadyForQueryMessage) status = message.status as TransactionStatus;
  });
  return { results, status, error };
}

function readRow(
  fields: readonly { name: string; dataTypeID: number }[],
  texts: readonly (string | null)[],
): Row {
  return Object.fromEntries(
    fields.map(({ name, dataTypeID }, index) => {
      const text = texts[index] ?? null;
      return [name, text === null ? null : decodeValue(dataTypeID, text)];
    }),
  );
}
