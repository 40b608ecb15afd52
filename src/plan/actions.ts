import { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { kindNames, kindOf } from "../kinds/index.js";
import { type Action, actionKey } from "./action.js";
import { Asides } from "./aside.js";
import { adoptedIn, type Decisions } from "./decide.js";
import { Graph } from "./graph.js";
import { inheritedFrom } from "./inherit.js";
import { type Before, holdsValues, orderByInheritance } from "./inherit-order.js";
import { orderByNames } from "./name-order.js";

export interface ActionGraph {
  readonly actions: ReadonlyMap<string, Action>;
  readonly graph: Graph;
  /** Edges that make a nicer order but may be broken. */
  readonly weak: readonly (readonly [before: string, after: string])[];
}

/** The actions that carry out the decisions, and which must come before which. */
export function actionsFor(
  decisions: Decisions,
  current: Catalog,
  wanted: Catalog,
  isManaged: (fact: Fact) => boolean = () => true,
): ActionGraph {
  const builder = new Builder(decisions, current, wanted, isManaged);
  builder.addActions();
  builder.orderByDependencies();
  builder.orderByInheritance();
  orderByNames(builder.actions, builder.graph);
  builder.orderParked();
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
  readonly #isManaged: (fact: Fact) => boolean;
  readonly #asides: Asides;
  readonly #adopted: ReadonlySet<FactId | undefined>;

  constructor(decisions: Decisions, current: Catalog, wanted: Catalog, isManaged: (fact: Fact) => boolean) {
    this.#isManaged = isManaged;
    this.#decisions = decisions;
    this.#current = current;
    this.#wanted = wanted;
    this.#asides = new Asides(decisions, current, wanted);
    this.#adopted = adoptedIn(decisions, current);
  }

  addActions(): void {
    const { drops, creates, alters, setAside, parked } = this.#decisions;
    for (const [id, fact] of drops) {
      if (this.#asides.takesAlong(fact)) continue;
      if (setAside.has(id)) {
        this.#add({ type: "set aside", fact });
        this.#add({ type: "drop aside", fact });
      } else this.#add({ type: "drop", fact });
    }
    for (const fact of creates.values()) this.#add({ type: "create", fact });
    for (const alteration of alters.values()) this.#add({ type: "alter", fact: alteration.to, alteration });
    for (const id of parked.keys()) {
      const fact = this.#current.get(id);
      if (fact !== undefined) this.#add({ type: "set aside", fact });
    }
    this.#addImplied();
  }

  /** What a create brings along by itself: taken back where it is not wanted, built upon where it is. */
  #addImplied(): void {
    const inForce = this.#defaultsInForce();
    if (inForce.facts.size === 0) return;
    const implied = (fact: Fact) =>
      implyingKinds.flatMap((kind) => kindOf(kind).implies?.(fact, inForce) ?? []);
    const { creates, alters } = this.#decisions;
    for (const fact of creates.values()) this.#addImpliedBy("create", fact, implied(fact));
    for (const { from, to } of alters.values()) {
      const before = new Set(implied(from).map(({ id }) => id));
      this.#addImpliedBy(
        "alter",
        to,
        implied(to).filter(({ id }) => !before.has(id)),
      );
    }
  }

  #addImpliedBy(type: "create" | "alter", fact: Fact, brought: readonly Fact[]): void {
    for (const implied of brought) {
      const wanted = this.#wanted.get(implied.id);
      if (!this.#isManaged(implied)) continue;
      if (wanted === undefined) {
        this.#add({ type: "retract", fact: implied });
        this.#before(type, fact.id, "retract", implied.id);
        // Before an owner is set: what the new owner was granted becomes the owner's own.
        for (const sibling of this.#wanted.children(fact.id)) {
          if (sibling.identity.of !== undefined) this.#before("retract", implied.id, "create", sibling.id);
        }
      } else this.#add({ type: "create", fact: wanted, implied });
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

  #orderDrop(fact: Fact): void {
    const { id } = fact;
    if (this.#adopted.has(id)) return;
    for (const { to, type } of this.#current.dependencies(id)) {
      if (type === "inherits") continue;
      this.#before("drop", id, "drop", to);
      this.#before("drop", id, "set aside", this.#asides.around(to) ?? to);
      if (this.#concerns(to, "releases", fact, this.#current)) this.#before("alter", to, "drop", id);
      else this.#before("drop", id, "alter", to);
    }
    this.#before("drop", id, "create", id);
  }

  #orderCreate(fact: Fact): void {
    const { id } = fact;
    const states = { current: this.#current, wanted: this.#wanted };
    const { follows, createdAfter, createdBehind, isOrdered } = kindOf(fact.identity.kind);
    if (isOrdered === true && fact.parent !== undefined) {
      const siblings = this.#wanted.childrenOfKind(fact.parent, fact.identity.kind);
      const later = siblings.filter(({ position = 0 }) => position > (fact.position ?? 0));
      for (const sibling of later) this.#before("create", id, "create", sibling.id);
    }
    for (const leaving of createdAfter?.(fact, states) ?? []) {
      this.#before("drop", leaving, "create", id);
      this.#before("alter", leaving, "create", id);
    }
    for (const first of createdBehind?.(fact, this.#wanted) ?? [])
      this.#weaklyBefore(actionKey("create", first), actionKey("create", id));
    for (const followed of follows?.(fact) ?? []) {
      this.#before("drop", factId(followed), "create", id);
      this.#before("retract", factId(followed), "create", id);
    }
    // What comes back would find what it stood on before, as long as that is there: a cast.
    for (const { to } of this.#current.dependencies(id))
      this.#weaklyBefore(actionKey("drop", to), actionKey("create", id));
    for (const { to, type } of this.#wanted.dependencies(id)) {
      if (type === "owned" || type === "inherits") continue;
      this.#before("create", to, "create", id);
      if (this.#concerns(to, "awaits", fact, this.#wanted)) this.#before("create", id, "alter", to);
      else this.#before("alter", to, "create", id);
    }
  }

  /** Whether the change of `id`, or of what it is from, waits for its dependent, or its dependent's drop for it. */
  #concerns(id: FactId, how: "awaits" | "releases", dependent: Fact, catalog: Catalog): boolean {
    const alteration = this.#decisions.alters.get(id);
    if (alteration === undefined) return false;
    const { rules, from, to } = alteration;
    return (
      rules.some((rule) => rule[how]?.(dependent, from, to)) ||
      inheritedFrom(catalog, id).some((above) => this.#concerns(above.to, how, dependent, catalog))
    );
  }

  #orderAlter(fact: Fact): void {
    const { id } = fact;
    for (const { to, type } of this.#wanted.dependencies(id)) {
      if (type === "owned" || type === "inherits") continue;
      this.#before("create", to, "alter", id);
      if (this.#concerns(to, "awaits", fact, this.#wanted)) this.#before("alter", id, "alter", to);
      else this.#weaklyBefore(actionKey("alter", to), actionKey("alter", id));
    }
    for (const { to, type } of this.#current.dependencies(id)) {
      if (type === "inherits") continue;
      this.#before("alter", id, "drop", to);
      this.#before("alter", id, "drop aside", this.#asides.around(to) ?? to);
    }
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
      const isOwn = this.#wanted.get(from)?.parent === id;
      // Rows go through the ties to those below; what ties the table itself to another comes when it is complete.
      if (kindOf(kind).isTie !== undefined && !isOwn) this.#before("create", from, "drop aside", id);
      else if (!values.some((part) => part.id === this.#wanted.get(from)?.parent)) {
        this.#before("drop aside", id, "create", from);
      }
    }
  }

  #orderSetAside(id: FactId): void {
    const all = [id, ...this.#asides.along(id).map((part) => part.id)];
    for (const { to } of all.flatMap((one) => this.#current.dependencies(one))) {
      if (!this.#asides.leavesFirst(to, id)) this.#before("drop aside", id, "drop", to);
      this.#before("drop aside", id, "drop aside", this.#asides.around(to) ?? to);
    }
    // A range's functions are named by the types that they take.
    for (const { to } of this.#current.dependencies(id)) this.#before("set aside", id, "set aside", to);
    this.#before("set aside", id, "create", id);
    this.#before("create", id, "drop aside", id);
    const replacement = this.#wanted.get(id);
    if (replacement !== undefined) this.#orderHandOver(replacement);
  }

  orderByInheritance(): void {
    const states = { current: this.#current, wanted: this.#wanted };
    const weaklyBefore: Before = (type, id, laterType, laterId) =>
      this.#weaklyBefore(actionKey(type, id), actionKey(laterType, laterId));
    orderByInheritance(this.actions.values(), this.#decisions, states, this.#before.bind(this), weaklyBefore);
    this.#tieFromAbove();
  }

  /** What a table has from above, an identity, it gives to those that are tied to it, and only then. */
  #tieFromAbove(): void {
    const isTie = ({ identity }: Fact) => kindOf(identity.kind).isTie === "parts go";
    for (const [key, { type, fact }] of this.actions) {
      if (type !== "create" || !isTie(fact)) continue;
      for (const { to } of this.#wanted.dependencies(fact.id)) {
        if (to === fact.parent) continue;
        const above = this.#wanted.children(to).find(isTie);
        if (above !== undefined) this.#weaklyBefore(actionKey("create", above.id), key);
      }
    }
  }

  /** Values that are rows of a relation stand aside while it is written anew. */
  orderParked(): void {
    for (const [id, changes] of this.#decisions.parked) {
      this.#before("set aside", id, "alter", id);
      for (const change of changes) {
        for (const type of ["alter", "create"] as const) {
          this.#before("set aside", id, type, change);
          this.#before(type, change, "alter", id);
        }
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
