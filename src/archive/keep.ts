import { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import { blockedColumns, carriedBy, hasNotNullOfIdentity, isCarried, isPartition } from "./inherited.js";
import { changedTypes, travellingTypes, typesOf } from "./types.js";

/** A table, a materialised view, or a column of a table that stays. */
export type Keepable = Fact<"table"> | Fact<"column"> | Fact<"materialized view">;

/** What goes to quarantine, and what goes with it. */
export interface KeptObject {
  readonly fact: Keepable;
  /** Its parts and the sequences that it owns, itself among them. */
  readonly parts: readonly Fact[];
  /** Columns of types that a later revision may drop. */
  readonly typed: readonly Fact<"column">[];
  /** Schemas that go, in which it and its parts were. */
  readonly homes: readonly Home[];
}

/** A schema with what is said of it. */
export interface Home {
  readonly schema: string;
  readonly facts: ReadonlySet<FactId>;
}

/** What a plan would drop with all it holds, and keeps instead. */
export interface Kept {
  readonly objects: readonly KeptObject[];
  /** The wanted state with all of that still in its place. */
  readonly resting: Catalog;
  /** The wanted state with the schemas that it leaves last. */
  readonly emptied: Catalog;
}

interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

/** Parts that stay with what they are part of; all others act upon what lives on, or are for others. */
const travels: ReadonlySet<string> = new Set([
  "column",
  "view column",
  "default",
  "not null",
  "constraint",
  "index",
  "inheritance",
  "partition",
  "cluster mark",
  "replica identity",
  "comment",
  "owner",
  "security label",
  "sequence",
  "sequence ownership",
]);

/**
 * What of the current state goes to quarantine: tables, and columns of tables that stay, each with as much as it can be
 * kept with. What is kept stands alone: it needs nothing that is dropped now or may be dropped later, but for the types
 * of its columns, and a type that does not stay as it is gives way to text. A materialised view needs what it reads, which
 * must stay or be kept, too; otherwise its rows are computed again on the way back.
 * @param isDiscarded what is dropped for good.
 * @param takesAll whether materialised views are kept, and enums go along that go with their columns.
 */
export function keep(states: States, isDiscarded: (fact: Fact) => boolean, takesAll: boolean): Kept {
  const { current, wanted } = states;
  const blocked = blockedColumns(states);
  const roots = new Map<FactId, Keepable>();
  const views = takesAll ? [...current.ofKind("materialized view")] : [];
  // What views read comes back before them.
  for (const fact of [...current.ofKind("table"), ...current.ofKind("column"), ...views]) {
    if (wanted.has(fact.id) || isDiscarded(fact) || isDiscarded(current.get(fact.parent) ?? fact)) continue;
    if (isKeptWhole(fact) || isKeptColumn(fact, states, blocked)) roots.set(fact.id, fact);
  }
  const facts = new Map([...roots.values()].flatMap((root) => partsOf(root, states)).map((f) => [f.id, f]));
  const hidden = takesAll ? travellingTypes([...facts.values()], states) : new Map<FactId, Fact<"enum">>();
  const astext = changedTypes([...facts.values()], states, hidden);
  removeHangers(facts, roots, astext, states);
  const mayLoseType = (column: Fact<"column">) => {
    const isInherited = current
      .dependencies(column.id)
      .some(
        ({ type, via }) => type === "inherits" && via !== undefined && (wanted.has(via) || facts.has(via)),
      );
    return !isInherited && !astext.has(column.id) && typesOf(column, current).length > 0;
  };
  const placed = new Set<FactId>();
  /** A type goes with the first of its columns. */
  const typesWith = (parts: readonly Fact[]) =>
    parts
      .filter(({ id }) => !isCarried(id, states))
      .flatMap((part) => typesOf(part, current))
      .flatMap((id) => {
        const type = hidden.get(id);
        if (type === undefined || placed.has(id)) return [];
        placed.add(id);
        facts.set(id, type);
        return [type];
      });
  const objects = [...roots.values()]
    .filter(({ id }) => facts.has(id))
    .map((fact) => {
      const own = partsOf(fact, states).filter(({ id }) => facts.has(id));
      const parts = [...own, ...typesWith(own)];
      const typed = parts.filter((part) => isKind(part, "column")).filter(mayLoseType);
      return {
        fact,
        parts,
        typed,
        homes: goneSchemas(parts, states).map((schema) => homeOf(schema, current)),
      };
    });
  return { objects, ...restingStates(facts, astext, states) };
}

/** A view that was never filled holds nothing. */
function isKeptWhole(fact: Fact): fact is Fact<"table"> | Fact<"materialized view"> {
  return isKind(fact, "table") || (isKind(fact, "materialized view") && fact.attributes.populated);
}

/** Whether it is a column whose table stays, and whose values nothing else can make. */
function isKeptColumn(
  fact: Fact,
  { current, wanted }: States,
  blocked: ReadonlySet<FactId>,
): fact is Fact<"column"> {
  if (!isKind(fact, "column") || fact.parent === undefined || blocked.has(fact.id)) return false;
  if (!wanted.has(fact.parent) || kindOf("column").holdsData?.(fact) !== true) return false;
  return ![current, wanted].some((state) =>
    state.children(fact.parent as FactId).some((part) => isKind(part, "table type")),
  );
}

/** A thing with its parts, as far as they are dropped and can go with it. */
function partsOf(root: Fact, { current, wanted }: States): Fact[] {
  const found = new Map<FactId, Fact>();
  const add = (fact: Fact) => {
    if (found.has(fact.id) || wanted.has(fact.id)) return;
    if (fact !== root && !mayTravel(fact, root, current)) return;
    found.set(fact.id, fact);
    for (const part of current.children(fact.id)) add(part);
    for (const { from, type } of current.dependents(fact.id)) {
      const owned = current.get(from);
      if (type === "owned" && isKind(owned, "sequence")) add(owned);
    }
  };
  add(root);
  return [...found.values()];
}

function mayTravel(fact: Fact, root: Fact, current: Catalog): boolean {
  if (!travels.has(fact.identity.kind)) return false;
  if (isKind(fact, "table")) return false;
  if (isKind(fact, "constraint")) return fact.attributes.type !== "foreign key";
  // Code that knows nothing of the column must be able to leave it empty.
  if (isKind(fact, "not null") && isKind(root, "column")) return hasNotNullOfIdentity(root, current);
  return true;
}

/** Takes out what needs something that is not kept, or has a name that the wanted state gives to another thing. */
function removeHangers(
  facts: Map<FactId, Fact>,
  roots: ReadonlyMap<FactId, Fact>,
  astext: ReadonlySet<FactId>,
  states: States,
): void {
  const { current, wanted } = states;
  const taken = new Set(
    [...wanted.facts.values()].flatMap((fact) => kindOf(fact.identity.kind).occupies?.(fact) ?? []),
  );
  const isOfView = (fact: Fact) =>
    isKind(fact, "materialized view") || isKind(current.get(fact.parent), "materialized view");
  const stands = (fact: Fact): boolean => {
    if ((kindOf(fact.identity.kind).occupies?.(fact) ?? []).some((name) => taken.has(name))) return false;
    if (isColumnOfPartition(fact, wanted) && !carriedBy(fact.id, states).some((id) => facts.has(id)))
      return false;
    const types = new Set(isKind(fact, "column") ? typesOf(fact, current) : []);
    return current.dependencies(fact.id).every(({ to, type }) => {
      const needed = current.get(to);
      if (needed === undefined || type === "inherits" || types.has(to)) return true;
      if (kindOf(needed.identity.kind).isContainer === true) return true;
      if (isKind(needed, "role")) return wanted.has(needed.id);
      if (astext.has(to) && !isCarriedByText(fact)) return false;
      if (wanted.has(to) && isOfView(fact)) return true;
      // A kept column's table stays.
      return facts.has(to) || (roots.has(fact.id) && to === fact.parent) || isOfStayingTable(fact, to);
    });
  };
  const isOfStayingTable = (fact: Fact, to: FactId) =>
    wanted.has(to) && isKind(wanted.get(to), "table") && rootColumn(fact, roots, current)?.parent === to;
  for (let shrinks = true; shrinks; ) {
    shrinks = false;
    for (const fact of [...facts.values()]) {
      if (stands(fact)) continue;
      facts.delete(fact.id);
      shrinks = true;
    }
  }
}

/** Whether its table is a partition, which has the columns of the table above and no others. */
const isColumnOfPartition = (fact: Fact, wanted: Catalog) =>
  isKind(fact, "column") && isPartition(fact.parent, wanted);

/** The kept column that a fact is part of. */
function rootColumn(fact: Fact, roots: ReadonlyMap<FactId, Fact>, current: Catalog): Fact | undefined {
  for (let at: Fact | undefined = fact; at !== undefined; at = current.get(at.parent)) {
    const root = roots.get(at.id);
    if (isKind(root, "column")) return root;
  }
  return undefined;
}

/** Whether it says nothing of its column's type. */
function isCarriedByText({ identity: { kind } }: Fact): boolean {
  return (
    kind === "not null" || kind === "comment" || kind === "sequence ownership" || kind === "security label"
  );
}

function restingStates(
  facts: ReadonlyMap<FactId, Fact>,
  astext: ReadonlySet<FactId>,
  { current, wanted }: States,
): Pick<Kept, "resting" | "emptied"> {
  if (facts.size === 0) return { resting: wanted, emptied: wanted };
  const shells = shellsOf([...facts.values()], { current, wanted });
  const kept = [...facts.values()].map((fact) =>
    isKind(fact, "column") && astext.has(fact.id) ? textColumn(fact) : fact,
  );
  const ids = new Set([...facts.keys(), ...shells.map(({ id }) => id)]);
  const exists = (id: FactId | undefined) => id === undefined || wanted.has(id) || ids.has(id);
  const own = current.edges().filter((edge) => {
    if (!ids.has(edge.from)) return false;
    if (edge.type === "inherits") return exists(edge.via);
    return !(astext.has(edge.from) && typesOf(current.get(edge.from), current).includes(edge.to));
  });
  return {
    resting: withFacts(wanted, [...shells, ...kept], own),
    emptied: shells.length === 0 ? wanted : withFacts(wanted, shells, own),
  };
}

/** The schemas of these facts that are dropped. */
function goneSchemas(facts: readonly Fact[], { current, wanted }: States): Fact[] {
  return [...new Set(facts.map(({ parent }) => parent))].flatMap((id) => {
    const schema = current.get(id);
    return isKind(schema, "schema") && !wanted.has(schema.id) ? [schema] : [];
  });
}

function homeOf({ id, identity }: Fact, current: Catalog): Home {
  return {
    schema: identity.name ?? "",
    facts: new Set([
      id,
      ...current.children(id).flatMap((one) => (one.identity.of === undefined ? [] : one.id)),
    ]),
  };
}

/** Schemas that are dropped, and from which something has to move away first. */
function shellsOf(facts: readonly Fact[], { current, wanted }: States): Fact[] {
  return goneSchemas(facts, { current, wanted }).flatMap((schema) => {
    // Its owner, and who has grants on it, may go first.
    const lasts = ({ id, identity }: Fact) =>
      identity.of !== undefined &&
      current.dependencies(id).every(({ to }) => to === schema.id || wanted.has(to));
    return [schema, ...current.children(schema.id).filter(lasts)];
  });
}

function textColumn(fact: Fact<"column">): Fact<"column"> {
  const plain = {
    type: "text",
    collation: null,
    storage: null,
    compression: null,
    statistics: null,
    options: [],
  };
  return { ...fact, attributes: { ...fact.attributes, ...plain } };
}

function withFacts(state: Catalog, facts: readonly Fact[], edges: readonly Edge[]): Catalog {
  const { major, self, unmodelled, scope, leftOut, whole } = state;
  return new Catalog({
    ...{ major, self, unmodelled, scope, leftOut },
    facts: [...state.facts.values(), ...facts],
    edges: [...state.edges(), ...edges],
    ...(whole === state ? {} : { whole }),
  });
}
