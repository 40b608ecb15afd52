import type { Catalog } from "../catalog/catalog.js";
import { lostData } from "../hazards/facts.js";
import { prove } from "../proof/prove.js";
import { newRevisionId } from "../revision/name.js";
import type { Revision } from "../revision/revision.js";
import { planAmid } from "./amid.js";
import { markOf, scopePart } from "./state.js";
import { stepsOf } from "./steps.js";
import type { Workbench } from "./workbench.js";

/** A proven revision that builds a state from nothing. Nothing for an empty one. */
export async function baselineRevision(
  { target, base, shadow, progress, normalize, whatIsThere }: Workbench,
  state: Catalog,
  message = "baseline",
): Promise<Revision | undefined> {
  const after = await normalize(state);
  const among = planAmid({ target }, await whatIsThere());
  const [up, down] = [among(base, after), among(after, base)];
  if (up.length === 0) return undefined;
  const there = await whatIsThere();
  const proof = await prove(shadow, { base, before: base, after, up, down, there, progress });
  return {
    id: newRevisionId(),
    parents: [],
    message,
    created: new Date().toISOString(),
    kind: "planned",
    from: markOf(base),
    to: markOf(state),
    ...scopePart(state),
    proven: { at: new Date().toISOString(), server: shadow.description, checks: proof.checks },
    up: stepsOf(up, proof.up, new Map()),
    down: stepsOf(down, proof.down, new Map(down.map((statement) => [statement, lostData(statement)]))),
  };
}
