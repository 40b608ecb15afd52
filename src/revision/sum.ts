import { createHash } from "node:crypto";
import { DmError } from "../error.js";
import { normalizeLineEnds } from "./line-ends.js";

/** The name of the file, beside the revisions, that holds their checksums. */
export const sumFileName = "dm.sum";

/** What dm.sum says: a checksum for each file. */
export interface Sum {
  readonly checksums: ReadonlyMap<string, string>;
  /** Whether the first line is the checksum of the others; if not, someone edited dm.sum itself. */
  readonly isWhole: boolean;
}

export interface RevisionText {
  readonly name: string;
  readonly text: string;
}

export type SumDifference =
  | { readonly kind: "edited" | "deleted" | "added"; readonly file: string }
  | { readonly kind: "renamed"; readonly from: string; readonly file: string }
  /** dm.sum itself was edited. */
  | { readonly kind: "total"; readonly file: typeof sumFileName };

/** SHA-256 in base64; the same whichever line ends a checkout made. */
export function checksum(text: string): string {
  return createHash("sha256").update(normalizeLineEnds(text)).digest("base64");
}

/** The checksums of the files as they are. Writing them declares every edit intended. */
export function sumOf(files: readonly RevisionText[]): Sum {
  return { checksums: new Map(files.map(({ name, text }) => [name, checksum(text)])), isWhole: true };
}

/** The sum with these files' checksums in it, and the others' as they were. */
export function withFiles(sum: Sum | undefined, files: readonly RevisionText[]): Sum {
  const before = sum?.checksums ?? new Map<string, string>();
  return { checksums: new Map([...before, ...sumOf(files).checksums]), isWhole: sum?.isWhole ?? true };
}

/** The sum without the lines of these files. */
export function withoutFiles(sum: Sum | undefined, names: readonly string[]): Sum {
  const kept = Array.from(sum?.checksums ?? []).filter(([name]) => !names.includes(name));
  return { checksums: new Map(kept), isWhole: sum?.isWhole ?? true };
}

/** The text of dm.sum: a total, then a line per file, sorted by name. */
export function formatSum(sum: Sum): string {
  const lines = Array.from(sum.checksums, ([name, hash]) => `${name} ${hash}\n`).sort();
  const body = lines.join("");
  return `${total(body)}\n${body}`;
}

function total(body: string): string {
  return `total ${checksum(body)}`;
}

/** Reads dm.sum. `file` names it in errors. */
export function parseSum(content: string, file: string): Sum {
  const lines = linesOf(content);
  const conflict = lines.findIndex(isConflictMarker);
  if (conflict !== -1) {
    throw new DmError("DM4021", "dm.sum holds a merge conflict: two branches added revisions", {
      at: { file, line: conflict + 1, column: 1, text: lines[conflict] ?? "" },
      next: ["dm merge   keeps the files of both branches and joins their heads", `git add ${file}`],
    });
  }
  const [first = "", ...rest] = lines;
  if (!first.startsWith("total ")) throw notASum(file, 1, first);
  const checksums = new Map<string, string>();
  for (const [index, line] of rest.entries()) {
    const [name, hash] = entryOf(line) ?? [];
    if (name === undefined || hash === undefined || checksums.has(name)) throw notASum(file, index + 2, line);
    checksums.set(name, hash);
  }
  return { checksums, isWhole: first === total(rest.map((line) => `${line}\n`).join("")) };
}

/**
 * Resolves a merge conflict in dm.sum: the lines of both sides, but for those that one side has taken out together with
 * the file. A file that the sides know with different checksums was edited on one of them, and is refused.
 */
export function mergeSum(
  content: string,
  file: string,
  isThere: (name: string) => boolean = () => true,
): Sum {
  const checksums = new Map<string, string>();
  const onSides = new Map<string, number>();
  let sides = 2;
  for (const [index, line] of linesOf(content).entries()) {
    if (isConflictMarker(line)) sides = line.startsWith(">") ? 2 : line.startsWith("|") ? 0 : 1;
    if (isConflictMarker(line) || line.startsWith("total ") || sides === 0) continue;
    const [name, hash] = entryOf(line) ?? [];
    if (name === undefined || hash === undefined) throw notASum(file, index + 1, line);
    const known = checksums.get(name);
    if (known !== undefined && known !== hash) {
      throw new DmError("DM4022", `the branches hold different versions of ${name}`, {
        at: { file, line: index + 1, column: 1, text: line },
        next: [`git log --all -- ${name}   shows who edited it`, "keep the version that was applied"],
      });
    }
    checksums.set(name, hash);
    onSides.set(name, (onSides.get(name) ?? 0) + sides);
  }
  const kept = [...checksums].filter(([name]) => isThere(name) || onSides.get(name) !== 1);
  return { checksums: new Map(kept), isWhole: true };
}

/** What was done to the files since dm.sum was written. Without a dm.sum every file is added. */
export function compareSum(sum: Sum | undefined, files: readonly RevisionText[]): SumDifference[] {
  const known = sum?.checksums ?? new Map<string, string>();
  const present = sumOf(files).checksums;
  const gone = new Map(Array.from(known).filter(([name]) => !present.has(name)));
  const differences: SumDifference[] = [];
  for (const [file, hash] of present) {
    const recorded = known.get(file);
    if (recorded === hash) continue;
    const [from] = Array.from(gone).find(([, lost]) => recorded === undefined && lost === hash) ?? [];
    if (from !== undefined) {
      gone.delete(from);
      differences.push({ kind: "renamed", from, file });
    } else differences.push({ kind: recorded === undefined ? "added" : "edited", file });
  }
  for (const file of gone.keys()) differences.push({ kind: "deleted", file });
  if (sum?.isWhole === false) differences.push({ kind: "total", file: sumFileName });
  return differences.sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)));
}

function linesOf(content: string): string[] {
  const lines = normalizeLineEnds(content).split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** A name may hold blanks; a checksum never does. */
function entryOf(line: string): [string, string] | undefined {
  const [, name, hash] = /^(.+) ([A-Za-z0-9+/]{43}=)$/.exec(line) ?? [];
  return name === undefined || hash === undefined ? undefined : [name, hash];
}

function isConflictMarker(line: string): boolean {
  return /^(<{7}|\|{7}|={7}|>{7})( |$)/.test(line);
}

function notASum(file: string, line: number, text: string): DmError {
  return new DmError("DM4020", "dm.sum is damaged: this line is no checksum, or stands twice", {
    at: { file, line, column: 1, text },
    next: [`git checkout -- ${file}   brings the last committed one back`],
  });
}

/** Whether git has left the lines of two branches in it. */
export function isInConflict(content: string): boolean {
  return linesOf(content).some(isConflictMarker);
}
