import type { Edge, Fact, KindName } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import type { FactRow, Ref } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import type { Dependency, ExtensionMember } from "./dependencies.js";

interface KindRows {
  readonly kind: KindName;
  readonly rows: readonly FactRow<Fact["attributes"]>[];
}

interface Pending {
  readonly kind: KindName;
  readonly row: FactRow<Fact["attributes"]>;
}

/**
 * Turns rows that speak of OIDs into facts and edges that speak of names. A row whose parent or target is no fact
 * (it belongs to an extension, or to something that dm does not model) is left out with it.
 */
export function resolve(
  rowsByKind: readonly KindRows[],
  dependencies: readonly Dependency[],
  members: readonly ExtensionMember[],
): { facts: Fact[]; edges: Edge[] } {
  const isMember = new Set(members.map(({ member }) => key(member)));
  const facts = new Map<FactId, Fact>();
  const byRef = new Map<string, Fact>();
  const rowOf = new Map<FactId, FactRow<Fact["attributes"]>>();

  let pending: Pending[] = rowsByKind.flatMap(({ kind, rows }) => rows.map((row) => ({ kind, row })));
  pending = pending.filter(({ row }) => !(row.refs ?? []).some((ref) => isMember.has(key(ref))));
  for (;;) {
    const later: Pending[] = [];
    for (const item of pending) {
      const fact = resolveRow(item, byRef);
      if (fact === undefined) later.push(item);
      else {
        facts.set(fact.id, fact);
        rowOf.set(fact.id, item.row);
        for (const ref of item.row.refs ?? []) if (ref[1] !== 0) byRef.set(key(ref), fact);
      }
    }
    if (later.length === pending.length) break;
    pending = later;
  }

  for (const { member, extension } of members) {
    const fact = byRef.get(key(extension));
    if (fact !== undefined) byRef.set(key(member), fact);
  }
  return { facts: [...facts.values()], edges: resolveEdges(facts, rowOf, byRef, dependencies) };
}

function resolveRow({ kind, row }: Pending, byRef: ReadonlyMap<string, Fact>): Fact | undefined {
  const parentRef = row.target ?? row.parent;
  const parent = parentRef && lookup(byRef, parentRef, row.target === undefined || row.target === null);
  if (parentRef && parent === undefined) return undefined;
  const identity: Identity<KindName> = {
    kind,
    ...(row.schema == null ? {} : { schema: row.schema }),
    ...(row.on == null ? {} : { on: row.on }),
    ...(row.name == null ? {} : { name: row.name }),
    ...(row.args == null ? {} : { args: row.args }),
    ...(row.target == null || parent == null ? {} : { of: parent.identity }),
  };
  return {
    identity,
    id: factId(identity),
    ...(parent == null ? {} : { parent: parent.id }),
    ...(row.position == null ? {} : { position: row.position }),
    attributes: row.attributes,
  } as Fact;
}

function resolveEdges(
  facts: ReadonlyMap<FactId, Fact>,
  rowOf: ReadonlyMap<FactId, FactRow<Fact["attributes"]>>,
  byRef: ReadonlyMap<string, Fact>,
  dependencies: readonly Dependency[],
): Edge[] {
  const edges = new Map<string, Edge>();
  const add = (
    from: Fact | undefined,
    to: Fact | undefined,
    type: Edge["type"],
    tie?: Pick<Edge, "via" | "local">,
  ) => {
    if (from === undefined || to === undefined || from.id === to.id) return;
    const id = `${from.id}\u0000${to.id}`;
    // The stronger of two says more: a part goes silently, what is owned can be made first.
    const known = edges.get(id);
    if (known === undefined || (type !== "needs" && known.type !== "inherits")) {
      edges.set(id, { from: from.id, to: to.id, type, ...tie });
    }
  };
  for (const fact of facts.values()) {
    const row = rowOf.get(fact.id);
    for (const { of, via, local } of row?.inherits ?? []) {
      const tie = byRef.get(key(via));
      if (tie !== undefined) add(fact, byRef.get(key(of)), "inherits", { via: tie.id, local });
    }
    const parent = fact.parent === undefined ? undefined : facts.get(fact.parent);
    if (parent !== undefined) add(fact, parent, kindOf(parent.identity.kind).isContainer ? "needs" : "part");
    for (const needed of row?.needs ?? []) add(fact, lookup(byRef, needed, true), "needs");
    for (const followed of kindOf(fact.identity.kind).follows?.(fact) ?? []) {
      add(fact, facts.get(factId(followed)), "needs");
    }
    if (row?.owner) add(fact, lookup(byRef, row.owner, true), "owned");
  }
  for (const { from, to, type } of dependencies) {
    const dependent = lookup(byRef, from, true);
    const needed = lookup(byRef, to, true);
    if (dependent === undefined || needed === undefined) continue;
    const owner = rowOf.get(dependent.id)?.owner;
    if (owner && key(owner) === key(to)) continue;
    if (rowOf.get(dependent.id)?.ofParts?.some((part) => key(part) === key(to))) continue;
    add(dependent, needed, type === "n" ? "needs" : "part");
  }
  return [...edges.values()];
}

/** The fact for a reference; a column that is no fact of its own stands for its relation. */
function lookup(byRef: ReadonlyMap<string, Fact>, ref: Ref, orWhole: boolean): Fact | undefined {
  return byRef.get(key(ref)) ?? (orWhole ? byRef.get(key([ref[0], ref[1], 0])) : undefined);
}

function key([catalog, oid, sub]: Ref): string {
  return `${catalog} ${oid} ${sub}`;
}
