import { randomBytes } from "node:crypto";

/** A new revision's id: twelve hexadecimal digits, random so that two branches never choose the same. */
export function newRevisionId(): string {
  return randomBytes(6).toString("hex");
}

export interface RevisionName {
  /** `YYYYMMDDHHMMSS`, UTC. */
  readonly timestamp: string;
  readonly id: string;
  readonly slug?: string;
}

/** `<timestamp>_<id>_<slug>.sql`; the slug is left out when the message has no ASCII word. */
export function revisionFileName(revision: { id: string; created: string; message: string }): string {
  const timestamp = new Date(revision.created).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const parts = [timestamp, revision.id, slug(revision.message)];
  return `${parts.filter((part) => part !== "").join("_")}.sql`;
}

/** The parts of a revision's file name, or nothing when it is no such name. */
export function parseRevisionFileName(name: string): RevisionName | undefined {
  const match = /^(\d{14})_([0-9a-f]{12})(?:_(.+))?\.sql$/.exec(name);
  const [, timestamp, id, words] = match ?? [];
  if (timestamp === undefined || id === undefined) return undefined;
  return { timestamp, id, ...(words !== undefined && { slug: words }) };
}

const longestSlug = 40;

/** Letters that Unicode does not decompose into an ASCII letter and a mark. */
const spelled: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  ŋ: "n",
};

/**
 * The message as lower-case ASCII words joined by `_`, cut at a word where that is possible; may be
 * empty.
 */
export function slug(message: string): string {
  const ascii = message
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/\p{Mark}|['’]/gu, "")
    .replaceAll(/[^\0-\x7f]/gu, (letter) => spelled[letter] ?? " ");
  const words = ascii.split(/[^a-z0-9]+/).filter((word) => word !== "");
  const whole = words.join("_");
  if (whole.length <= longestSlug) return whole;
  const cut = whole.lastIndexOf("_", longestSlug);
  return whole.slice(0, cut === -1 ? longestSlug : cut);
}
