import { Catalog } from "../catalog/catalog.js";
import type { Edge, Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { DmError } from "../error.js";
import { kindOf } from "../kinds/index.js";

/** What a state holds beside its managed part. */
export function unmanagedOf(state: Catalog): Fact[] {
  return [...state.whole.facts.values()].filter(({ id }) => !state.has(id));
}

/**
 * A managed state among what stands in a database and is not managed. Plans between two such states leave the rest
 * alone, know that it is there, and see where it would be in the way.
 * @param stands which of the rest is regarded; all of it unless given.
 * @throws DmError DM3104 when both have the same thing.
 */
export function amid(state: Catalog, there: Catalog, stands: (fact: Fact) => boolean = () => true): Catalog {
  const around = unmanagedOf(there).filter(stands);
  if (around.length === 0) return state;
  const clash = around.find(({ id }) => state.has(id));
  if (clash !== undefined) {
    throw new DmError("DM3104", `${clash.id} is left out in the database, and the schema files define it`, {
      next: ["let both have the same form, or say in dm.yaml under manage: what becomes of it"],
    });
  }
  return joined(state, around, [state.whole, there.whole]);
}

/**
 * A managed state with all that an empty database must hold for it to be built: what it and these others need and is
 * not managed, and what every empty database has.
 * @param touched facts of the others that are needed although they are not managed.
 */
export function buildable(
  base: Catalog,
  state: Catalog,
  others: readonly Catalog[] = [],
  touched: ReadonlySet<FactId> = new Set(),
): Catalog {
  const sources = [state, ...others];
  if ([base, ...sources].every((one) => one.whole.facts.size === one.facts.size)) return state;
  const around = new Map<FactId, Fact>();
  for (const source of sources) {
    const also = [...touched].flatMap((id) => source.whole.get(id) ?? []);
    for (const fact of [...also, ...neededBy([...source.facts.values(), ...also], source.whole)]) {
      if (!sources.some((one) => one.has(fact.id)) && !around.has(fact.id)) around.set(fact.id, fact);
    }
  }
  const empty = unmanagedOf(base).filter(({ id }) => !around.has(id) && !state.has(id));
  const wholes = [...sources.map(({ whole }) => whole), base.whole];
  return joined(state, satisfied([...around.values(), ...empty], state, wholes), wholes);
}

/** A managed part with what it needs of the rest: all that must be kept for it to be built again elsewhere. */
export function withNeeds(state: Catalog): Catalog {
  if (state.whole.facts.size === state.facts.size) return state;
  const around = neededBy([...state.facts.values()], state.whole).filter(({ id }) => !state.has(id));
  return joined(state, around, [state.whole]);
}

/**
 * What of a database's unmanaged part is missing in a state and can be added to it: what these texts name, with all
 * that it needs.
 */
export function missing(state: Catalog, there: Catalog, texts: readonly string[]): Catalog {
  const words = new Set(
    texts.flatMap((text) => text.match(/[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"]|"")+"/gu) ?? []),
  );
  const isNamed = ({ identity }: Fact) => {
    const { name = "" } = identity;
    return words.has(name) || words.has(name.toUpperCase()) || words.has(`"${name.replaceAll('"', '""')}"`);
  };
  const around = unmanagedOf(there).filter(({ id }) => !state.whole.has(id));
  const isRoot = (fact: Fact) => fact.identity.of === undefined && isContainedOnly(fact, there.whole);
  const named = around.filter((fact) => isRoot(fact) && isNamed(fact));
  const chosen = new Map<FactId, Fact>();
  const take = (fact: Fact) => {
    for (const one of [fact, ...neededBy([fact], there.whole)]) chosen.set(one.id, one);
  };
  for (const fact of named) {
    take(fact);
    if (!isContainer(fact))
      for (const child of there.whole.children(fact.id)) if (child.position !== undefined) take(child);
  }
  // Keys and the like come along where they need nothing else.
  const known = (id: FactId) => chosen.has(id) || state.whole.has(id);
  for (let grows = true; grows; ) {
    grows = false;
    for (const fact of around) {
      if (chosen.has(fact.id) || fact.identity.of !== undefined || isRoot(fact)) continue;
      if (!there.whole.dependencies(fact.id).every(({ to }) => known(to))) continue;
      chosen.set(fact.id, fact);
      grows = true;
    }
  }
  const list = [...chosen.values()].filter(({ id }) => !state.whole.has(id));
  const wholes = [state.whole, there.whole];
  return joined(state.whole, satisfied(list, state.whole, wholes), wholes);
}

const isContainer = ({ identity }: Fact) => kindOf(identity.kind).isContainer === true;

function isContainedOnly({ parent }: Fact, whole: Catalog): boolean {
  const inside = whole.get(parent);
  return inside === undefined || isContainer(inside);
}

/** What these facts need, directly and through others. */
function neededBy(facts: readonly Fact[], whole: Catalog): Fact[] {
  const found = new Map<FactId, Fact>();
  const open = facts.map(({ id }) => id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const parent = whole.get(id)?.parent;
    const needed = whole.dependencies(id).flatMap(({ to, type }) => (type === "owned" ? [] : [to]));
    for (const to of parent === undefined ? needed : [parent, ...needed]) {
      const fact = whole.get(to);
      if (fact === undefined || found.has(to)) continue;
      found.set(to, fact);
      open.push(to);
    }
  }
  return [...found.values()];
}

/** Those that are not left hanging: everything that they need is in the state or among them. */
function satisfied(facts: readonly Fact[], state: Catalog, wholes: readonly Catalog[]): Fact[] {
  let left = new Map(facts.map((fact) => [fact.id, fact]));
  for (;;) {
    const stands = (id: FactId) => state.has(id) || left.has(id);
    const next = [...left.values()].filter(({ id, parent }) => {
      const source = wholes.find((whole) => whole.has(id));
      const needs = (source?.dependencies(id) ?? []).flatMap(({ to, type }) =>
        type === "owned" ? [] : [to],
      );
      return (parent === undefined ? needs : [parent, ...needs]).every(stands);
    });
    if (next.length === left.size) return next;
    left = new Map(next.map((fact) => [fact.id, fact]));
  }
}

/** Each fact brings the edges of the first of the states that has it. */
function joined(state: Catalog, around: readonly Fact[], wholes: readonly Catalog[]): Catalog {
  const edges: Edge[] = [...state.facts.keys()].flatMap((id) => [
    ...state.dependencies(id),
    ...state.whole.dependencies(id),
  ]);
  for (const { id } of around)
    edges.push(...(wholes.findLast((whole) => whole.has(id))?.dependencies(id) ?? []));
  return new Catalog({
    major: state.major,
    self: state.self,
    facts: [...state.facts.values(), ...around],
    edges: [...new Map(edges.map((edge) => [`${edge.from}\u0000${edge.to}`, edge])).values()],
  });
}
