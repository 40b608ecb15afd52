import type { Database } from "../database/database.js";
import { sleep } from "./retry.js";

/** How hard backfills may press; durations in milliseconds. */
export interface PaceSettings {
  /** How long a batch should take. */
  readonly target: number;
  /** The pause after a batch, as a fraction of the time that it took. */
  readonly pause: number;
  /** The fewest and the most rows of a batch. */
  readonly batch: { readonly min: number; readonly max: number };
  /** How far standbys may be behind: a time, a number of bytes, or any distance. */
  readonly maxLag: { readonly milliseconds: number } | { readonly bytes: number } | "off";
}

export const usualPace: PaceSettings = {
  target: 200,
  pause: 0.1,
  batch: { min: 100, max: 50_000 },
  maxLag: { milliseconds: 10_000 },
};

/** Finds the batch size that takes the wanted time, and leaves room for others. */
export interface Pace {
  /** Rows of the next batch. */
  readonly rows: number;
  /** A batch took so long, and so many sessions wait for it. */
  took(milliseconds: number, waiting: number): void;
  /** A batch met somebody's lock: a smaller one holds fewer of its own. */
  collided(): void;
  /** Waits until the next batch may begin. */
  rest(progress: (stage: string) => void): Promise<void>;
}

const firstRows = 1000;

export function paceOf(database: Database, settings: PaceSettings): Pace {
  const { target, pause, batch, maxLag } = settings;
  const within = (rows: number) => Math.round(Math.min(Math.max(rows, batch.min), batch.max));
  let rows = within(firstRows);
  let debt = 0;
  let lookedAt = 0;

  const looks = database.engine === "server" && maxLag !== "off";

  return {
    get rows() {
      return rows;
    },
    took(milliseconds, waiting) {
      if (waiting > 0) rows = within(rows / 2);
      else rows = within(rows * Math.min(Math.max(target / milliseconds, 0.5), 2));
      debt = milliseconds * (waiting > 0 ? Math.max(pause, 1) : pause);
    },
    collided() {
      rows = within(rows / 2);
    },
    async rest(progress) {
      if (debt > 0) await sleep(debt);
      debt = 0;
      while (looks && Date.now() - lookedAt >= 1000) {
        const lag = await lagOf(database);
        lookedAt = Date.now();
        const isBehind =
          "bytes" in maxLag ? lag.bytes > maxLag.bytes : lag.milliseconds > maxLag.milliseconds;
        if (!isBehind) return;
        progress(`waiting for a standby that is ${lagText(lag)} behind`);
        await sleep(1000);
      }
    },
  };
}

interface Lag {
  readonly milliseconds: number;
  readonly bytes: number;
}

/** What the slowest standby or subscriber has not yet replayed; a role without pg_monitor sees none. */
async function lagOf(database: Database): Promise<Lag> {
  const [lag] = await database.query<Lag & Record<string, unknown>>(
    `SELECT coalesce(extract(epoch FROM max(greatest(write_lag, flush_lag, replay_lag))) * 1000, 0)::float8 AS milliseconds,
            coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0)::float8 AS bytes
     FROM pg_stat_replication`,
  );
  return lag ?? { milliseconds: 0, bytes: 0 };
}

function lagText({ milliseconds, bytes }: Lag): string {
  return `${(milliseconds / 1000).toFixed(1)} s and ${(bytes / 2 ** 20).toFixed(1)} MB`;
}
