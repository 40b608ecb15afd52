import { createHash } from "node:crypto";
import { type FactId, factId, type Identity } from "../catalog/identity.js";

/** A name that no person chose, the same in every plan of this change, and far from the limit of 63 bytes. */
export function interimName(
  what: "new" | "old" | "check" | "sync" | "keep" | "twin" | "last" | "fill",
  of: FactId,
): string {
  return `dm_${what}_${createHash("sha256").update(of).digest("hex").slice(0, 16)}`;
}

/** The same thing under another name. */
export function renamedFact<F extends { readonly identity: Identity }>(
  fact: F,
  name: string,
): F & { readonly id: FactId } {
  const identity = { ...fact.identity, name };
  return { ...fact, identity, id: factId(identity) };
}
