import { sameValue } from "../catalog/canonical.js";
import { Catalog } from "../catalog/catalog.js";
import type { PlannedStatement } from "../plan/plan.js";
import { newRevisionId } from "../revision/name.js";
import type { Revision } from "../revision/revision.js";
import type { ExaminedPart } from "./examined-parts.js";
import { hazardHeader } from "./hazards.js";
import { markOf, scopePart } from "./state.js";
import { stepsOf } from "./steps.js";

/** Where a revision stands among the others. */
export type Place = Pick<Revision, "parents" | "labels" | "dependsOn">;

export interface RevisionDetails {
  readonly message: string;
  readonly author?: string;
  /** Of the first. */
  readonly place: Place;
  /** The state before the first, as the database prints it. */
  readonly live: Catalog;
  /** Where they were proven. */
  readonly server: string;
}

/** A revision for each part, each on the one before; those of one plan share an id. */
export function plannedRevisions(parts: readonly ExaminedPart[], details: RevisionDetails): Revision[] {
  const { message, author, live, server } = details;
  const revisions: Revision[] = [];
  const plan = newRevisionId();
  let { place } = details;
  let from = live;
  for (const { part, examined } of parts) {
    const { proof, sizes, hazards, downHazards, preflights } = examined;
    const to = expectedAfter(from, part.before, part.wanted, part.up);
    const { id } = part;
    revisions.push({
      id,
      ...place,
      message,
      ...(author === undefined ? {} : { author }),
      created: new Date().toISOString(),
      kind: "planned",
      ...(part.phase === undefined ? {} : { phase: part.phase, plan }),
      from: markOf(from),
      to: markOf(to),
      ...scopePart(live),
      proven: { at: new Date().toISOString(), server, checks: proof.checks },
      ...hazardHeader(hazards),
      ...preflights,
      up: stepsOf(part.up, proof.up, hazards.hazards, sizes.sizes),
      down: stepsOf(part.down, proof.down, downHazards.hazards, sizes.sizes),
    });
    place = { parents: [id] };
    from = to;
  }
  return revisions;
}

/**
 * What the database will hold: what the plan touches as the shadow prints it, the rest as the database prints it now,
 * which is not always the same text for the same thing.
 */
export function expectedAfter(
  live: Catalog,
  before: Catalog,
  after: Catalog,
  up: readonly PlannedStatement[],
): Catalog {
  if (live.major !== after.major) return after;
  const touched = new Set(up.flatMap(({ facts }) => facts));
  const facts = [...after.facts.values()].map((fact) => {
    const [now, normal] = [live.get(fact.id), before.get(fact.id)];
    const stays = now !== undefined && normal !== undefined && sameValue(normal.attributes, fact.attributes);
    return stays && !touched.has(fact.id) ? now : fact;
  });
  const { major, self, scope } = live;
  return new Catalog({ major, self, scope, facts, edges: after.edges() });
}
