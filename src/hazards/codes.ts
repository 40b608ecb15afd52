/**
 * What a change may do to whom, by stable codes; docs/hazards.md has a section for each. Those that block wait for
 * approval, the others are said. The order is that in which they are told.
 */
export const hazardCodes = {
  DATA_LOSS: { blocks: true },
  IRREVERSIBLE: { blocks: true },
  TABLE_REWRITE: { blocks: true },
  BLOCKS_READS: { blocks: true },
  BLOCKS_WRITES: { blocks: true },
  EXTENSION_UPGRADE: { blocks: true },
  FULL_SCAN: { blocks: false },
  INDEX_BUILD: { blocks: false },
  INDEX_GONE: { blocks: false },
  MAY_FAIL_ON_DATA: { blocks: false },
  BREAKS_OLD_CODE: { blocks: false },
  BREAKS_NEW_CODE: { blocks: false },
  PRIVILEGES_CHANGE: { blocks: false },
  STAYS_READABLE: { blocks: false },
  UNTRACKED_DEPENDENCY: { blocks: false },
} as const;

export type HazardCode = keyof typeof hazardCodes;

export interface Hazard {
  readonly code: HazardCode;
  /** What happens to what: `column app.patient.name goes with all it holds`. */
  readonly what: string;
}

export const allHazardCodes = Object.keys(hazardCodes).filter(isHazardCode);

export function isHazardCode(code: string): code is HazardCode {
  return Object.hasOwn(hazardCodes, code);
}

/** Whether it waits for approval; a code of a later version of dm does. */
export function blocks(code: string): boolean {
  return !isHazardCode(code) || hazardCodes[code].blocks;
}

/** In the order of the codes, each at most once: what several hazards of one code tell becomes one. */
export function merged(hazards: readonly Hazard[]): Hazard[] {
  return allHazardCodes.flatMap((code) => {
    const whats = [...new Set(hazards.filter((one) => one.code === code).map(({ what }) => what))];
    return whats.length === 0 ? [] : [{ code, what: enumerated(whats, "; ") }];
  });
}

/** The first few, and how many more there are. */
export function enumerated(items: readonly string[], separator = ", ", most = 5): string {
  const rest = items.length - most;
  return [...items.slice(0, most), ...(rest > 0 ? [`${rest} more`] : [])].join(separator);
}
