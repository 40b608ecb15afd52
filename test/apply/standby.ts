import pg from "pg";
import type { Database } from "../../src/database/database.js";

/** Something that a server takes for a standby: it says how far it has got, and reads nothing. */
export interface Standby {
  /** Claims to have replayed up to so many bytes before or behind the server's own place. */
  claim(offset: number): Promise<void>;
  end(): Promise<void>;
}

/** Streaming Replication Protocol: START_REPLICATION and Standby status updates (manual). */
export async function pretendStandby(database: Database, url: string): Promise<Standby> {
  const place = async (offset: number) => {
    const [row] = await database.query<{ lsn: string }>(
      "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn + $1::numeric)::text AS lsn",
      [String(offset)],
    );
    return BigInt(row?.lsn ?? "0");
  };
  const client = new pg.Client({ connectionString: url, replication: "true" } as pg.ClientConfig);
  client.on("error", () => undefined);
  await client.connect();
  const { connection } = client as unknown as {
    connection: NodeJS.EventEmitter & { query(text: string): void; sendCopyFromChunk(chunk: Buffer): void };
  };
  const started = new Promise<void>((resolve) => connection.once("replicationStart", () => resolve()));
  const lsn = await place(0);
  connection.query(
    `START_REPLICATION PHYSICAL ${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`,
  );
  await started;
  return {
    async claim(offset) {
      const message = Buffer.alloc(34);
      message.write("r");
      const claimed = await place(offset);
      for (const at of [1, 9, 17]) message.writeBigUInt64BE(claimed, at);
      connection.sendCopyFromChunk(message);
    },
    end: () => client.end(),
  };
}
