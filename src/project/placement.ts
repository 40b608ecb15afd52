import { DmError } from "../error.js";
import { isLabel } from "../revision/header.js";
import { resolve, resolveOne } from "../revision/identifier.js";
import type { RevisionHeader } from "../revision/revision.js";
import { type Chain, onlyHead } from "./chain.js";

/** Where in the graph a new revision goes. */
export interface Placement {
  /** The revision that it follows, where that is not the only head; `base` begins another line. */
  readonly head?: string;
  /** Names for the line that it begins. */
  readonly labels?: readonly string[];
  /** Revisions that must be applied first without being its parents. */
  readonly dependsOn?: readonly string[];
}

/**
 * The header's part for a placement.
 * @throws DmError DM4101 when there are several heads and none is named, DM4123 for a label that cannot be, DM4034 for
 *   one that is taken.
 */
export function placed(
  chain: Chain,
  { head, labels = [], dependsOn = [] }: Placement,
): Pick<RevisionHeader, "parents" | "labels" | "dependsOn"> {
  const parent = head === undefined ? onlyHead(chain) : resolveOne(chain.graph, head);
  for (const label of labels) refuseLabel(chain, label);
  return {
    parents: parent === undefined ? [] : [parent],
    ...(labels.length === 0 ? {} : { labels: [...new Set(labels)] }),
    ...(dependsOn.length === 0
      ? {}
      : { dependsOn: [...new Set(dependsOn.flatMap((one) => named(chain, one)))] }),
  };
}

/** A label stays the label that was typed; whatever else names revisions becomes their ids. */
function named({ graph }: Chain, identifier: string): string[] {
  return graph.labels.has(identifier) ? [identifier] : resolve(graph, identifier);
}

function refuseLabel({ graph }: Chain, label: string): void {
  if (!isLabel(label)) {
    throw new DmError("DM4123", `"${label}" cannot be a label`, {
      next: ["begin with a letter, then letters, digits, '_', '.' or '/'; head, heads and base are taken"],
    });
  }
  const taken = graph.nodes.has(label) ? label : graph.labels.get(label);
  if (taken === undefined) return;
  throw new DmError("DM4034", `the label ${label} is taken by revision ${taken}`, {
    next: ["choose another label: each belongs to one revision"],
  });
}
