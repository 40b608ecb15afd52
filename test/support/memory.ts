import { existsSync, statfsSync } from "node:fs";
import { freemem } from "node:os";

const place = "/dev/shm";
const room = 6 * 2 ** 30;

/**
 * A file system in memory, where it has room: CREATE DATABASE writes hundreds of files, which takes many times as long on a
 * disk.
 */
export function memoryPlace(): string | undefined {
  if (process.platform !== "linux" || !existsSync(place)) return undefined;
  const { bavail, bsize } = statfsSync(place);
  return Math.min(bavail * bsize, freemem()) >= room ? place : undefined;
}
