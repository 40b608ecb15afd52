import { sameValue } from "../catalog/canonical.js";
import type { Fact } from "../catalog/fact.js";
import type { Resemblance } from "./define.js";

/** For kinds that hold no data of their own: the same definition at the same place under another name. */
export function sameParentAndAttributes(from: Fact, to: Fact): Resemblance {
  return from.parent === to.parent && sameValue(from.attributes, to.attributes) ? "same" : undefined;
}
