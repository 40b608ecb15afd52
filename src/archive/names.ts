import { createHash } from "node:crypto";
import type { FactId } from "../catalog/identity.js";
import { fitted, longestIdentifier } from "../sql/quote.js";

/** The schema that dropped tables move to. */
export const archiveSchema = "dm_archive";

/** What the names of columns in quarantine, and of their sequences, begin with. */
export const archivedPrefix = "dm_archived_";

/** Which record of `dm.archive` tells of the object: the same whenever the revision runs. */
export function recordId(revision: string, object: FactId): string {
  return `${revision}_${createHash("sha256").update(object).digest("hex").slice(0, 8)}`;
}

/** A name in the quarantine's schema: the object's own as far as it fits, and what keeps it apart from all others. */
export function nameInArchive(revision: string, object: FactId, own: string): string {
  const suffix = `_${recordId(revision, object)}`;
  return fitted(own, longestIdentifier - suffix.length) + suffix;
}

/** A name under which a part of a table that stays is hidden. */
export function hiddenName(revision: string, object: FactId, own: string): string {
  const prefix = `${archivedPrefix}${recordId(revision, object)}_`;
  return prefix + fitted(own, longestIdentifier - prefix.length);
}

/** What was called so before it was hidden; shortened where it had to be. */
export function nameBefore(hidden: string): string {
  return hidden.replace(/^dm_archived_[0-9a-f]{12}_[0-9a-f]{8}_/, "");
}
