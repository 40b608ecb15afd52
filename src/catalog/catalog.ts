import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical.js";
import { type Edge, type Fact, isKind, type KindName, type Unmodelled } from "./fact.js";
import { type FactId, factId, type Identity } from "./identity.js";
import type { LeftOut, Scope } from "./scope.js";

export interface CatalogContents {
  /** Major version of the server that printed the attributes; texts of two majors do not compare. */
  readonly major: number;
  /** The role whose ownership is the normal case, and therefore not a fact: who connected. */
  readonly self: string;
  readonly facts: Iterable<Fact>;
  readonly edges: Iterable<Edge>;
  readonly unmodelled?: readonly Unmodelled[];
  /** For a part: all that was read, the rule by which this is a part of it, and what the rule left out by itself. */
  readonly whole?: Catalog;
  readonly scope?: Scope;
  readonly leftOut?: readonly LeftOut[];
}

/** One state of a database: its facts and how they depend on each other. Immutable. */
export class Catalog {
  readonly major: number;
  readonly self: string;
  readonly facts: ReadonlyMap<FactId, Fact>;
  readonly unmodelled: readonly Unmodelled[];
  readonly scope: Scope;
  readonly leftOut: readonly LeftOut[];
  readonly #whole: Catalog | undefined;
  readonly #outgoing = new Map<FactId, Edge[]>();
  readonly #incoming = new Map<FactId, Edge[]>();
  readonly #children = new Map<FactId, Fact[]>();
  #fingerprint: string | undefined;

  constructor(contents: CatalogContents) {
    this.major = contents.major;
    this.self = contents.self;
    this.unmodelled = contents.unmodelled ?? [];
    this.scope = contents.scope ?? {};
    this.leftOut = contents.leftOut ?? [];
    this.#whole = contents.whole;
    this.facts = new Map([...contents.facts].map((fact) => [fact.id, fact]));
    for (const fact of this.facts.values()) {
      if (fact.parent !== undefined) push(this.#children, fact.parent, fact);
    }
    for (const edge of contents.edges) {
      if (!this.facts.has(edge.from) || !this.facts.has(edge.to)) continue;
      push(this.#outgoing, edge.from, edge);
      push(this.#incoming, edge.to, edge);
    }
  }

  /** All that was read: the facts that are compared, and those among which they stand. */
  get whole(): Catalog {
    return this.#whole ?? this;
  }

  has(id: FactId): boolean {
    return this.facts.has(id);
  }

  get(id: FactId | undefined): Fact | undefined {
    return id === undefined ? undefined : this.facts.get(id);
  }

  /** The fact with this identity, typed by its kind. */
  find<K extends KindName>(identity: Identity<K>): Fact<K> | undefined {
    const fact = this.facts.get(factId(identity));
    return isKind(fact, identity.kind) ? fact : undefined;
  }

  /** What belongs to a fact, in declared order where there is one, then by name. */
  children(id: FactId): readonly Fact[] {
    return (this.#children.get(id) ?? []).toSorted(
      (a, b) => (a.position ?? 0) - (b.position ?? 0) || compareText(a.id, b.id),
    );
  }

  childrenOfKind<K extends KindName>(id: FactId, kind: K): readonly Fact<K>[] {
    return this.children(id).filter((fact) => isKind(fact, kind));
  }

  ofKind<K extends KindName>(kind: K): readonly Fact<K>[] {
    return [...this.facts.values()].filter((fact) => isKind(fact, kind));
  }

  /** The edges to what a fact needs, its parent included. */
  dependencies(id: FactId): readonly Edge[] {
    return this.#outgoing.get(id) ?? [];
  }

  /** The edges from what needs a fact, its children included. */
  dependents(id: FactId): readonly Edge[] {
    return this.#incoming.get(id) ?? [];
  }

  edges(): Edge[] {
    return [...this.#outgoing.values()].flat();
  }

  /** SHA-256 over the facts, hexadecimal: equal for equal schemas, whatever the order of creation. */
  get fingerprint(): string {
    this.#fingerprint ??= this.#computeFingerprint();
    return this.#fingerprint;
  }

  #computeFingerprint(): string {
    const hash = createHash("sha256");
    for (const id of [...this.facts.keys()].sort(compareText)) {
      hash.update(`${id} ${canonicalJson(this.facts.get(id)?.attributes ?? {})}\n`);
    }
    return hash.digest("hex");
  }
}

/**
 * The same state, insisting on what is noted of some facts, as `insists` says (undefined: not at all); and telling of
 * `others` instead of its own.
 */
export function insisting(
  catalog: Catalog,
  insists: (id: FactId) => readonly string[] | undefined,
  others: Pick<CatalogContents, "unmodelled"> = {},
): Catalog {
  const facts = [...catalog.facts.values()].map((fact): Fact => {
    const names = insists(fact.id);
    return names === undefined ? fact : { ...fact, insists: names };
  });
  const { major, self, unmodelled, scope, leftOut, whole } = catalog;
  const rest = { unmodelled, scope, leftOut, ...(whole === catalog ? {} : { whole }), ...others };
  return new Catalog({ major, self, facts, edges: catalog.edges(), ...rest });
}

/** Order by code units: the same on every machine, unlike the locale's. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
