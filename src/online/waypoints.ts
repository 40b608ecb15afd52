import { Catalog, type CatalogContents } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import { type Detour, type Interim, type Work, worksIn } from "./detour.js";
import { isBefore, type Stage, stages } from "./stage.js";

export interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

/** A part of the way, and the state in which it ends. */
export interface Leg {
  readonly stage: Stage;
  readonly to: Catalog;
  readonly works: readonly Work[];
}

/** The way from the current to the wanted state, stage by stage; stages at which nothing happens are left out. */
export function waypoints(states: States, detours: readonly Detour[]): Leg[] {
  const legs: Leg[] = [];
  let before = states.current.fingerprint;
  for (const stage of stages) {
    const to = stateAfter(stage, states, detours);
    const works = worksIn(stage, detours);
    if (to.fingerprint !== before || works.length > 0) legs.push({ stage, to, works });
    before = to.fingerprint;
  }
  return legs;
}

/** The wanted state, but for what is held up at the end of the stage, and what needs something that is not there yet. */
function stateAfter(stage: Stage, states: States, detours: readonly Detour[]): Catalog {
  const { wanted } = states;
  const holds = ({ from, until }: Interim) => !isBefore(stage, from) && isBefore(stage, until);
  const interims = detours.flatMap((detour) => detour.interims).filter(holds);
  if (interims.length === 0) return wanted;
  const interim = new Map(interims.flatMap((one) => one.facts ?? []).map((fact) => [fact.id, fact]));
  const facts = new Map([...wanted.facts, ...interim]);
  const apart = new Set(interims.flatMap((one) => one.apart ?? []));
  const isApart = ({ from, type }: Edge) => type === "inherits" && apart.has(from);
  const remove = (id: FactId) => {
    if (!facts.delete(id)) return;
    for (const edge of wanted.dependents(id)) {
      const { from, type } = edge;
      if (type !== "owned" && !isApart(edge) && !hasOwnEdges(facts.get(from), states)) remove(from);
    }
  };
  for (const id of interims.flatMap(({ absent }) => absent ?? [])) remove(id);
  for (const id of [...interim.values()].filter(isUnproven).map((fact) => fact.id)) {
    for (const { from, type } of wanted.dependents(id))
      if (type === "needs" && !hasOwnEdges(facts.get(from), states)) remove(from);
  }
  const told = interims.flatMap((one) => one.edges ?? []);
  const edges = [...facts.values()].flatMap((fact) => [
    ...edgesOf(fact, states).filter((edge) => !isApart(edge)),
    ...parentEdge(fact, facts),
  ]);
  const { major, self, scope } = wanted;
  const state = { major, self, scope, facts: [...facts.values()], edges: [...edges, ...told] };
  return new Catalog(wanted.whole === wanted ? state : { ...state, whole: wholeOf(state, states, isApart) });
}

/** NOT NULL that holds for new rows only is none for a primary key (index.c, index_check_primary_key). */
const isUnproven = (fact: Fact) => isKind(fact, "not null") && !fact.attributes.validated;

/** The state among what is not managed. */
function wholeOf(
  state: CatalogContents,
  { current, wanted }: States,
  isApart: (edge: Edge) => boolean,
): Catalog {
  const facts = new Map([...state.facts].map((fact) => [fact.id, fact]));
  const around = [...wanted.whole.facts.values()].filter(({ id }) => !wanted.has(id) && !facts.has(id));
  const isAsWanted = (edge: Edge) =>
    !isApart(edge) && !hasOwnEdges(facts.get(edge.from), { current, wanted });
  const edges = [...wanted.whole.edges().filter(isAsWanted), ...state.edges];
  return new Catalog({ ...state, facts: [...facts.values(), ...around], edges });
}

/** Whether the fact is there in its current form, and needs what that needs, not what the wanted one does. */
function hasOwnEdges(fact: Fact | undefined, { current, wanted }: States): boolean {
  return fact !== undefined && current.get(fact.id) === fact && wanted.get(fact.id) !== fact;
}

/** As the state has them that the fact is from. */
function edgesOf(fact: Fact, { current, wanted }: States): readonly Edge[] {
  const isCurrent = hasOwnEdges(fact, { current, wanted });
  return (isCurrent || !wanted.has(fact.id) ? current : wanted).dependencies(fact.id);
}

/** What neither state has belongs to its parent all the same. */
function parentEdge({ id, parent }: Fact, facts: ReadonlyMap<FactId, Fact>): Edge[] {
  const whole = parent === undefined ? undefined : facts.get(parent);
  if (whole === undefined) return [];
  return [
    { from: id, to: whole.id, type: kindOf(whole.identity.kind).isContainer === true ? "needs" : "part" },
  ];
}
