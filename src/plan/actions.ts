import { Catalog } from "../catalog/catalog.js";
import type { Edge, Fact } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { kindNames, kindOf } from "../kinds/index.js";
import { type Action, actionKey } from "./action.js";
import type { Decisions } from "./decide.js";
import { Graph } from "./graph.js";
import { manner } from "./inherit.js";

export interface ActionGraph {
  readonly actions: ReadonlyMap<string, Action>;
  readonly graph: Graph;
  /** Edges that make a nicer order but may be broken. */
  readonly weak: readonly (readonly [before: string, after: string])[];
}

/** The actions that carry out the decisions, and which must come before which. */
export function actionsFor(decisions: Decisions, current: Catalog, wanted: Catalog): ActionGraph {
  const builder = new Builder(decisions, current, wanted);
  builder.addActions();
  builder.orderByDependencies();
  builder.orderByTies();
  builder.orderByNames();
  builder.orderByDefaults();
  return builder;
}

const implyingKinds = kindNames.filter((kind) => kindOf(kind).implies !== undefined);

class Builder implements ActionGraph {
  readonly actions = new Map<string, Action>();
  readonly graph = new Graph();
  readonly weak: [string, string][] = [];
  readonly #decisions: Decisions;
  readonly #current: Catalog;
  readonly #wanted: Catalog;

  constructor(decisions: Decisions, current: Catalog, wanted: Catalog) {
    this.#decisions = decisions;
    this.#current = current;
    this.#wanted = wanted;
  }

  addActions(): void {
    const { drops, creates, alters, setAside } = this.#decisions;
    for (const [id, fact] of drops) {
      if (this.#goesAside(fact)) continue;
      if (setAside.has(id)) {
        this.#add({ type: "set aside", fact });
        this.#add({ type: "drop aside", fact });
      } else this.#add({ type: "drop", fact });
    }
    for (const fact of creates.values()) this.#add({ type: "create", fact });
    for (const alteration of alters.values()) this.#add({ type: "alter", fact: alteration.to, alteration });
    this.#addImplied();
  }

  /** What a create brings along by itself: taken back where it is not wanted, built upon where it is. */
  #addImplied(): void {
    const inForce = this.#defaultsInForce();
    if (inForce.facts.size === 0) return;
    for (const fact of this.#decisions.creates.values()) {
      for (const implied of implyingKinds.flatMap((kind) => kindOf(kind).implies?.(fact, inForce) ?? [])) {
        const wanted = this.#wanted.get(implied.id);
        if (wanted === undefined) {
          this.#add({ type: "retract", fact: implied });
          this.#before("create", fact.id, "retract", implied.id);
          // Before an owner is set: what the new owner was granted becomes the owner's own.
          for (const sibling of this.#wanted.children(fact.id)) {
            if (sibling.identity.of !== undefined) this.#before("retract", implied.id, "create", sibling.id);
          }
        } else this.#add({ type: "create", fact: wanted, implied });
      }
    }
  }

  /** Defaults go before anything is created and come after, so these are what a create meets. */
  #defaultsInForce(): Catalog {
    const facts = implyingKinds.flatMap((kind) =>
      this.#wanted.ofKind(kind).filter(({ id }) => this.#current.has(id) && !this.#decisions.creates.has(id)),
    );
    return new Catalog({ major: this.#wanted.major, self: this.#wanted.self, facts, edges: [] });
  }

  orderByDependencies(): void {
    for (const { type, fact } of this.actions.values()) {
      if (type === "drop") this.#orderDrop(fact);
      else if (type === "create") this.#orderCreate(fact);
      else if (type === "alter") this.#orderAlter(fact);
      else if (type === "set aside") this.#orderSetAside(fact.id);
    }
  }

  #orderDrop({ id }: Fact): void {
    for (const edge of this.#current.dependencies(id)) {
      const { to } = edge;
      if (edge.type === "inherits") {
        this.#orderInheritedDrop(edge);
        continue;
      }
      this.#before("drop", id, "drop", to);
      this.#before("drop", id, "set aside", this.#asideOf(to) ?? to);
      this.#before("drop", id, "alter", to);
    }
    this.#before("drop", id, "create", id);
  }

  #orderCreate(fact: Fact): void {
    const { id } = fact;
    for (const followed of kindOf(fact.identity.kind).follows?.(fact) ?? []) {
      this.#before("drop", factId(followed), "create", id);
      this.#before("retract", factId(followed), "create", id);
    }
    for (const edge of this.#wanted.dependencies(id)) {
      const { to, type } = edge;
      if (type === "inherits") {
        this.#orderInheritedCreate(fact, edge);
      }
      if (type === "owned" || type === "inherits") continue;
      this.#before("create", to, "create", id);
      if (this.#awaits(to, fact)) this.#before("create", id, "alter", to);
      else this.#before("alter", to, "create", id);
    }
  }

  /** Whether the change of `id` waits for its dependent. */
  #awaits(id: FactId, dependent: Fact): boolean {
    const alteration = this.#decisions.alters.get(id);
    if (alteration === undefined) return false;
    return alteration.rules.some((rule) => rule.awaits?.(dependent, alteration.from, alteration.to));
  }

  #orderAlter(fact: Fact): void {
    const { id } = fact;
    for (const { to, type } of this.#wanted.dependencies(id)) {
      if (type === "owned" || type === "inherits") continue;
      this.#before("create", to, "alter", id);
      if (this.#awaits(to, fact)) this.#before("alter", id, "alter", to);
      else this.#weaklyBefore(actionKey("alter", to), actionKey("alter", id));
    }
    for (const { to } of this.#current.dependencies(id)) {
      this.#before("alter", id, "drop", to);
      this.#before("alter", id, "drop aside", to);
    }
  }

  /** A table that is tied later is complete before; one that is made with its tie takes from what is there. */
  #orderInheritedCreate(fact: Fact, edge: Edge): void {
    const isAdopted = manner(fact, edge, this.#wanted) === "adopted";
    const parent = this.#wanted.get(edge.to)?.parent;
    const isFilledByTie = parent !== undefined && this.#decisions.setAside.has(parent);
    if (edge.via !== undefined && this.#decisions.creates.has(edge.via) && !isFilledByTie) {
      const tie = this.#wanted.get(edge.via);
      if (!isAdopted && tie !== undefined && kindOf(tie.identity.kind).isTie === "parts stay")
        this.#before("create", edge.to, "create", fact.id);
    } else if (isAdopted) this.#before("create", fact.id, "create", edge.to);
    else this.#before("create", edge.to, "create", fact.id);
  }

  /** A part that stays without the one it came from is dropped after it: then it is the table's own. */
  #orderInheritedDrop({ from, to, via }: Edge): void {
    if (via !== undefined && !this.#decisions.drops.has(via)) this.#before("drop", to, "drop", from);
  }

  /** Tables are tied when their parts are complete, and untied before these change. */
  orderByTies(): void {
    for (const { type, fact } of this.actions.values()) {
      if (kindOf(fact.identity.kind).isTie === undefined) continue;
      const catalog = type === "create" ? this.#wanted : this.#current;
      const tables = catalog.dependencies(fact.id).map(({ to }) => to);
      for (const part of tables.flatMap((table) => this.#partsForTie(table, type))) {
        for (const change of ["drop", "alter", "create"] as const) {
          if (type === "create") this.#before(change, part, "create", fact.id);
          else if (type === "drop") this.#before("drop", fact.id, change, part);
        }
      }
    }
  }

  /** A replaced table gets its rows through its partitions, and its indexes after that. */
  #partsForTie(table: FactId, type: Action["type"]): FactId[] {
    const parts = partsOf(table, this.#current, this.#wanted);
    if (type !== "create" || !this.#decisions.setAside.has(table)) return parts;
    return parts.filter((id) => holdsValues((this.#wanted.get(id) ?? this.#current.get(id))?.identity.kind));
  }

  /** Whether the fact is, or hangs on, a part of a type that is set aside whole. */
  #goesAside(fact: Fact): boolean {
    if (this.#isPartOfAside(fact)) return true;
    const parent = this.#current.get(fact.parent);
    if (parent === undefined) return false;
    const isSatellite = fact.identity.of !== undefined;
    if (this.#decisions.setAside.has(parent.id) && (isSatellite || goesAside(fact))) return true;
    return this.#goesAside(parent);
  }

  /** What is set aside with the fact in it. */
  #asideOf(id: FactId): FactId | undefined {
    const parent = this.#current.get(id)?.parent;
    if (parent === undefined || this.#decisions.setAside.has(id)) return undefined;
    return this.#decisions.setAside.has(parent) ? parent : this.#asideOf(parent);
  }

  /** Whether the fact is a table whose rows are those of one that is set aside (an unwanted partition). */
  #isPartOfAside({ id }: Fact): boolean {
    if (this.#wanted.has(id)) return false;
    return this.#current
      .children(id)
      .some(
        (tie) =>
          kindOf(tie.identity.kind).isTie === "parts go" &&
          this.#current.dependencies(tie.id).some(({ to }) => this.#decisions.setAside.has(to)),
      );
  }

  /** What a replacement must have before it takes over what the old one held, and what it gets after. */
  #orderHandOver({ id, identity }: Fact): void {
    if (kindOf(identity.kind).handOver === undefined) return;
    const values = this.#wanted.children(id).filter(({ identity: part }) => holdsValues(part.kind));
    for (const part of values) this.#before("create", part.id, "drop aside", id);
    const dependents = [id, ...values.map((part) => part.id)].flatMap((one) => this.#wanted.dependents(one));
    for (const { from } of dependents) {
      const kind = this.#wanted.get(from)?.identity.kind;
      if (kind === undefined || from === id || holdsValues(kind)) continue;
      if (kindOf(kind).isTie !== undefined) this.#before("create", from, "drop aside", id);
      else if (!values.some((part) => part.id === this.#wanted.get(from)?.parent)) {
        this.#before("drop aside", id, "create", from);
      }
    }
  }

  #orderSetAside(id: FactId): void {
    const parts = this.#current.children(id).filter((part) => this.#goesAside(part));
    for (const { to } of [id, ...parts.map((part) => part.id)].flatMap((one) =>
      this.#current.dependencies(one),
    )) {
      this.#before("drop aside", id, "drop", to);
      this.#before("drop aside", id, "drop aside", to);
    }
    this.#before("set aside", id, "create", id);
    this.#before("create", id, "drop aside", id);
    const replacement = this.#wanted.get(id);
    if (replacement !== undefined) this.#orderHandOver(replacement);
  }

  /** A name is free only after whatever held it is gone. */
  orderByNames(): void {
    const holders = new Map<string, string>();
    for (const [key, action] of this.actions) {
      const before = action.type === "alter" ? action.alteration.from : action.fact;
      if (action.type !== "drop" && action.type !== "set aside" && action.type !== "alter") continue;
      for (const name of occupied(before)) holders.set(name, key);
    }
    for (const [key, action] of this.actions) {
      if (action.type !== "create" && action.type !== "alter") continue;
      for (const name of occupied(action.fact)) {
        const holder = holders.get(name);
        if (holder !== undefined && holder !== key) this.graph.addEdge(holder, key);
      }
    }
  }

  orderByDefaults(): void {
    const isDefault = ({ fact }: Action) => implyingKinds.includes(fact.identity.kind);
    const all = [...this.actions];
    const defaults = all.filter(([, action]) => isDefault(action));
    if (defaults.length === 0) return;
    const others = all.filter(([, action]) => action.type === "create" && !isDefault(action));
    for (const [key, { type, fact }] of defaults) {
      for (const [other, { fact: created }] of others) {
        if (fact.parent === created.id || created.parent === fact.id) continue;
        if (type === "create") this.graph.addEdge(other, key);
        else this.graph.addEdge(key, other);
      }
    }
  }

  #add(action: Action): void {
    const key = actionKey(action.type, action.fact.id);
    this.actions.set(key, action);
    this.graph.addNode(key);
  }

  #before(type: Action["type"], id: FactId, laterType: Action["type"], laterId: FactId): void {
    const [before, after] = [actionKey(type, id), actionKey(laterType, laterId)];
    if (this.actions.has(before) && this.actions.has(after)) this.graph.addEdge(before, after);
  }

  #weaklyBefore(before: string, after: string): void {
    if (this.actions.has(before) && this.actions.has(after) && before !== after)
      this.weak.push([before, after]);
  }
}

/** A table's columns, constraints, indexes and what is theirs, less satellites and ties, in either state. */
function partsOf(table: FactId, ...catalogs: readonly Catalog[]): FactId[] {
  return catalogs.flatMap((catalog) =>
    catalog
      .children(table)
      .filter(({ identity }) => identity.of === undefined && kindOf(identity.kind).isTie === undefined)
      .flatMap(({ id }) => [id, ...partsOf(id, catalog)]),
  );
}

const goesAside = (fact: Fact) => kindOf(fact.identity.kind).goesAside?.(fact) === true;

const holdsValues = (kind: Fact["identity"]["kind"] | undefined) =>
  kind !== undefined && kindOf(kind).holdsData !== undefined;

function occupied(fact: Fact): readonly string[] {
  return kindOf(fact.identity.kind).occupies?.(fact) ?? [];
}
