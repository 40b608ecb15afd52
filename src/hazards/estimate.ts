import type { RelationSize } from "../plan/sizes.js";

export type Work = "rewrite" | "scan" | "index build";

const megabyte = 1024 ** 2;

/**
 * Bytes a second, as a busy server on network storage reads, writes and indexes them. An order of magnitude, no
 * promise: docs/hazards.md says so.
 */
const rates = { read: 200 * megabyte, write: 80 * megabyte, index: 40 * megabyte };

/** An index entry of one or two short columns. */
const bytesPerEntry = 32;

/** About how long a piece of work on a relation of this size takes, in seconds. */
export function secondsFor(work: Work, { rows, bytes, indexBytes }: RelationSize): number {
  switch (work) {
    case "scan":
      return bytes / rates.read;
    case "rewrite":
      return bytes / rates.write + indexBytes / rates.index;
    case "index build":
      return bytes / rates.read + (rows * bytesPerEntry) / rates.index;
  }
}

/** `about 40 s`, to one digit: more would promise too much. */
export function durationText(seconds: number): string {
  if (seconds < 1) return "under a second";
  const [unit, size] = seconds < 90 ? ["s", 1] : seconds < 5400 ? ["min", 60] : ["h", 3600];
  return `about ${Number((seconds / Number(size)).toPrecision(1))} ${unit}`;
}

/** `12,000,000 rows, 3.1 GB`. */
export function sizeText({ rows, isMost, bytes }: RelationSize): string {
  return `${isMost === true ? "at most " : ""}${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}, ${bytesText(bytes)}`;
}

export function bytesText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const at = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** at;
  return `${at === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}
