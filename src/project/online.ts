import { z } from "zod";
import type { Threshold } from "../plan/sizes.js";
import { type OnlineMode, onlineModes, type RenameMode, renameModes } from "./online-modes.js";

/** Which tables are large, and whether changes go around what would block them. */
export interface Online extends Threshold {
  readonly mode: OnlineMode;
  readonly rename: RenameMode;
  /** The environment whose tables tell the sizes. */
  readonly sizesFrom?: string;
}

const units: Readonly<Record<string, number>> = {
  "": 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/** `100MB` in bytes, the unit as in postgresql.conf. */
const bytes = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+ ?(kB|MB|GB|TB)?$/i, "a size such as 100MB")])
  .transform((size) => {
    if (typeof size === "number") return size;
    const [, number = "", unit = ""] = /^(\d+) ?(\w*)$/.exec(size) ?? [];
    return Number(number) * (units[unit.toLowerCase()] ?? 1);
  });

/** The part `online` of dm.yaml. */
export const onlineSchema = z
  .strictObject({
    mode: z.enum(onlineModes).default("auto"),
    rename: z.enum(renameModes).default("auto"),
    rows: z.int().nonnegative().default(100_000),
    bytes: bytes.default(100 * 1024 ** 2),
    sizes_from: z.exactOptional(z.string()),
  })
  .transform(
    ({ sizes_from, ...rest }): Online => ({
      ...rest,
      ...(sizes_from === undefined ? {} : { sizesFrom: sizes_from }),
    }),
  )
  .prefault({});

/** With `always`, every table is large. */
export function thresholdOf({ mode, rows, bytes: most }: Online): Threshold {
  return mode === "always" ? { rows: 0, bytes: 0 } : { rows, bytes: most };
}
