import type { RelationSize, Sizes, Threshold } from "../plan/sizes.js";
import { isLarge } from "../plan/sizes.js";
import type { Measurement, RelationLock } from "../proof/measure.js";
import { enumerated, type Hazard, type HazardCode } from "./codes.js";
import { durationText, secondsFor, sizeText, type Work } from "./estimate.js";

/** What tells how bad a piece of work is. */
export interface WorkContext {
  readonly sizes: Sizes;
  readonly threshold: Threshold;
  /** Whether the relation was there before the plan. */
  readonly exists: (relation: string) => boolean;
}

export interface WorkHazards {
  readonly hazards: readonly Hazard[];
  /** Relations that are small here, and the hazards that wait for approval where they are large. */
  readonly ifLarge: ReadonlyMap<string, readonly HazardCode[]>;
}

const works: readonly {
  readonly work: Work;
  readonly list: "rewrites" | "scans" | "builds";
  readonly code: HazardCode;
  readonly tells: string;
}[] = [
  { work: "rewrite", list: "rewrites", code: "TABLE_REWRITE", tells: "is written anew" },
  { work: "scan", list: "scans", code: "FULL_SCAN", tells: "is read from end to end" },
  { work: "index build", list: "builds", code: "INDEX_BUILD", tells: "gets an index" },
];

/** Modes in which nobody can write, and the one in which nobody can read either (manual, Explicit Locking). */
const blockingModes: Readonly<Record<string, readonly HazardCode[]>> = {
  SHARE: ["BLOCKS_WRITES"],
  "SHARE ROW EXCLUSIVE": ["BLOCKS_WRITES"],
  EXCLUSIVE: ["BLOCKS_WRITES"],
  "ACCESS EXCLUSIVE": ["BLOCKS_READS", "BLOCKS_WRITES"],
};

/**
 * Work whose time grows with a table that was there before, and what waits behind the locks that the transaction holds
 * meanwhile. A strong lock for a moment is no hazard.
 */
export function workHazards(measurement: Measurement, context: WorkContext): WorkHazards {
  const { sizes, threshold, exists } = context;
  const hazards: Hazard[] = [];
  const ifLarge = new Map<string, HazardCode[]>();
  const blocked = blockedBy(measurement.holds.filter(({ relation }) => exists(relation)));
  const durations: string[] = [];
  for (const { work, list, code, tells } of works) {
    for (const relation of measurement[list].filter(exists)) {
      const size = sizes(relation);
      if (isLarge(size, threshold)) {
        const time = timeOf(work, size);
        hazards.push({ code, what: `${relation} ${tells} (${time})` });
        durations.push(relation);
      } else {
        const codes = [...(code === "TABLE_REWRITE" ? [code] : []), ...blocked.keys()];
        ifLarge.set(relation, [...(ifLarge.get(relation) ?? []), ...codes]);
      }
    }
  }
  if (durations.length > 0) {
    const cause = `while ${enumerated([...new Set(durations)])} is worked on`;
    for (const [code, relations] of blocked) {
      const verb = code === "BLOCKS_READS" ? "read" : "written";
      hazards.push({ code, what: `${enumerated(relations)} cannot be ${verb} ${cause}` });
    }
  }
  return { hazards, ifLarge };
}

function blockedBy(locks: readonly RelationLock[]): Map<HazardCode, string[]> {
  const blocked = new Map<HazardCode, string[]>();
  for (const { relation, mode } of locks) {
    for (const code of blockingModes[mode] ?? []) {
      blocked.set(code, [...(blocked.get(code) ?? []), relation]);
    }
  }
  return blocked;
}

/** `12,000,000 rows, 3.1 GB; about 40 s`. */
function timeOf(work: Work, size: RelationSize | undefined): string {
  return size === undefined ? "size unknown" : `${sizeText(size)}; ${durationText(secondsFor(work, size))}`;
}

/** `app.patient: ACCESS EXCLUSIVE (12,000,000 rows, 3.1 GB; rewrite about 40 s)`; sizes from a thousand rows on. */
export function lockLines(measurement: Measurement, sizes: Sizes | undefined): readonly string[] {
  const line = ({ relation, mode }: RelationLock) =>
    `${relation}: ${mode}${remark(relation, measurement, sizes)}`;
  return measurement.locks.map(line);
}

function remark(relation: string, measurement: Measurement, sizes: Sizes | undefined): string {
  const size = sizes?.(relation);
  if (size === undefined || size.rows < 1000) return "";
  const times = works
    .filter(({ list }) => measurement[list].includes(relation))
    .map(({ work }) => `${work} ${durationText(secondsFor(work, size))}`);
  return ` (${[sizeText(size), ...times].join("; ")})`;
}
