import { createHash } from "node:crypto";
import { compareText } from "../catalog/catalog.js";

/** Room for the mark, an ending and the bytes that a file system adds: 255 are the most that any takes. */
const longest = 120;

/** Names that Windows keeps for devices, whatever the ending. */
const reserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/**
 * A file name for each of the names that share a directory: the name itself where every file system takes it,
 * else one that resembles it, told apart by a mark (`~` and eight hexadecimal digits of the name's SHA-256).
 * Names that differ only in case are one file on macOS and Windows: the one in lower case keeps its name, the
 * others get a mark.
 */
export function fileNames(names: Iterable<string>): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const result = new Map<string, string>();
  const sorted = [...new Set(names)].toSorted(
    (a, b) => Number(isLowerCase(b)) - Number(isLowerCase(a)) || compareText(a, b),
  );
  const sharing = new Map<string, number>();
  for (const name of sorted) sharing.set(folded(name), (sharing.get(folded(name)) ?? 0) + 1);
  for (const name of sorted) {
    const isAlone = sharing.get(folded(name)) === 1 || (isLowerCase(name) && !taken.has(folded(name)));
    taken.add(folded(name));
    result.set(name, isAlone && isPlain(name) ? name : marked(name));
  }
  return result;
}

function isPlain(name: string): boolean {
  const isOfSafeCharacters = /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u.test(name) && name === name.normalize("NFC");
  return isOfSafeCharacters && !reserved.test(name) && Buffer.byteLength(name) <= longest;
}

function marked(name: string): string {
  const resembling = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}_-]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  let short = resembling;
  while (Buffer.byteLength(short) > longest) short = [...short].slice(0, -1).join("");
  return `${short === "" ? "_" : short}~${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

const isLowerCase = (name: string) => name === name.toLowerCase();

/** What a file system that knows no case may take for the same name. */
const folded = (name: string) => name.normalize("NFKC").toUpperCase().toLowerCase();
