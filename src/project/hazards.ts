import { DmError, exitCode } from "../error.js";
import { allHazardCodes, blocks, type HazardCode } from "../hazards/codes.js";
import type { HazardReport } from "../hazards/hazards.js";
import { hazardsIn } from "../hazards/lines.js";
import type { RevisionFile } from "../revision/directory.js";
import type { Revision, RevisionHeader } from "../revision/revision.js";

/** The header's part for the hazards of a way up. */
export function hazardHeader({
  hazards,
  ifLarge,
}: HazardReport): Pick<RevisionHeader, "hazards" | "ifLarge"> {
  const found = new Set([...hazards.values()].flatMap((list) => list.map(({ code }) => code)));
  const codes = allHazardCodes.filter((code) => found.has(code));
  return {
    ...(codes.length === 0 ? {} : { hazards: codes }),
    ...(Object.keys(ifLarge).length === 0 ? {} : { ifLarge }),
  };
}

/** @param allowed approved codes in any spelling (`DATA_LOSS`, `data-loss`), or `all`. */
export function isAllowed(code: string, allowed: readonly string[]): boolean {
  const approved = allowed.map((one) => one.toUpperCase().replaceAll("-", "_"));
  return approved.includes("ALL") || approved.includes(code);
}

/** The codes of a revision that wait for approval. */
function openCodes(revision: Revision, allowed: readonly string[]): string[] {
  const irreversible: HazardCode[] = revision.irreversible === undefined ? [] : ["IRREVERSIBLE"];
  const codes = new Set([...(revision.hazards ?? []), ...irreversible]);
  return [...codes].filter((code) => blocks(code) && !isAllowed(code, allowed));
}

/** @throws DmError DM5206 naming the revisions and the statements, before any of them has run. */
export function refuseHazards(files: readonly RevisionFile[], allowed: readonly string[]): void {
  const open = files.flatMap(({ revision }) =>
    openCodes(revision, allowed).map((code) => ({ revision, code })),
  );
  const [first] = open;
  if (first === undefined) return;
  const codes = [...new Set(open.map(({ code }) => code))];
  throw new DmError(
    "DM5206",
    `${first.revision.id} has a hazard that nobody has approved: ${codes.join(", ")}`,
    {
      details: open.flatMap(({ revision, code }) => linesOf(revision, code)),
      next: approvals(codes),
      exit: exitCode.refused,
    },
  );
}

/** How hazards are approved. */
export function approvals(codes: readonly string[]): string[] {
  return [
    `approve it: dm apply ${codes.map((code) => `--allow ${code}`).join(" ")}`,
    "or for an environment, in dm.yaml: allow",
    "what it means: docs/hazards.md",
  ];
}

/** What `dm plan` wrote above the statements; a file written by hand may have none. */
function linesOf({ up, irreversible }: Revision, code: string): string[] {
  const lines = up.flatMap((step) => hazardsIn(step).flatMap((one) => (one.code === code ? [one.what] : [])));
  return code === "IRREVERSIBLE" && irreversible !== undefined ? [...lines, irreversible] : lines;
}
