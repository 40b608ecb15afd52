import { canonicalJson } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { diff, subject } from "../diff/diff.js";
import type { Resemblance } from "../kinds/define.js";
import { kindNames, kindOf } from "../kinds/index.js";
import { literal, name } from "../sql/sql.js";
import { inheritedFrom, manner } from "./inherit.js";

/**
 * A thing that keeps what it holds under another name, in another schema, or both. Where its parent is renamed too,
 * `from` has the parent's new name.
 */
export interface Rename {
  readonly from: Identity;
  readonly to: Identity;
}

/** A rename, and whether a person must say that it is one. */
export interface RenameCandidate extends Rename {
  readonly certain: boolean;
}

/** Drops and creates that look like one thing under two names, each thing at most once. */
export function renameCandidates(current: Catalog, wanted: Catalog): RenameCandidate[] {
  const changes = diff(current, wanted);
  const dropped = changes.flatMap((change) => (change.type === "drop" ? [change.current] : []));
  const created = groupByKind(changes.flatMap((change) => (change.type === "create" ? [change.wanted] : [])));
  const goes = new Set(dropped.map(({ id }) => id));
  const compare = comparison(current, wanted);
  const taken = new Set<FactId>();
  const found: RenameCandidate[] = [];
  for (const from of rootsFirst(inOrder(dropped), current)) {
    if (from.parent !== undefined && goes.has(from.parent) && !mayLeave(from, current, taken)) continue;
    if (isRenamedWith(from, found, current)) continue;
    const alike = (created.get(from.identity.kind) ?? []).flatMap((to) => {
      const resemblance = taken.has(to.id) ? undefined : compare(from, to);
      return resemblance === undefined ? [] : [{ to, resemblance }];
    });
    const same = alike.filter(({ resemblance }) => resemblance === "same");
    const best = nearest(from, same.length > 0 ? same : alike);
    if (best === undefined) continue;
    taken.add(best.to.id).add(from.id);
    found.push({ from: from.identity, to: best.to.identity, certain: best.resemblance === "same" });
  }
  return [...found, ...enumValueCandidates(current, wanted)];
}

/** Whether PostgreSQL renames it with the one that it inherits from. */
function comesAlong(fact: Fact, catalog: Catalog): boolean {
  return inheritedFrom(catalog, fact.id).some((edge) => manner(fact, edge, catalog) !== "adopted");
}

/** Whether it may get its new name from the one that it inherits from; if not, the next look finds it. */
function isRenamedWith({ id }: { readonly id: FactId }, found: readonly Rename[], current: Catalog): boolean {
  return inheritedFrom(current, id).some(
    ({ to }) => found.some(({ from }) => factId(from) === to) || isRenamedWith({ id: to }, found, current),
  );
}

function rootsFirst(facts: readonly Fact[], current: Catalog): Fact[] {
  const isRoot = ({ id }: Fact) => inheritedFrom(current, id).length === 0;
  return [...facts.filter(isRoot), ...facts.filter((fact) => !isRoot(fact))];
}

/** Whether the fact can outlive its parent: a schema that goes, unless that is renamed with all it holds. */
function mayLeave({ parent }: Fact, current: Catalog, renamed: ReadonlySet<FactId>): boolean {
  const container = current.get(parent);
  return (
    container !== undefined &&
    kindOf(container.identity.kind).isContainer === true &&
    !renamed.has(container.id)
  );
}

/**
 * Names that go around: each of these things is just what another name of the same round is wanted for, and all of
 * them exist. Renaming them spares making them anew.
 */
export function permutedNames(current: Catalog, wanted: Catalog): Rename[] {
  const changes = diff(current, wanted);
  const changed = new Set<FactId>();
  for (const change of changes) {
    const { id, parent, identity } = subject(change);
    changed.add(id);
    if (parent !== undefined && identity.of === undefined) changed.add(parent);
  }
  const stays = ({ parent }: Fact) => parent === undefined || (current.has(parent) && wanted.has(parent));
  const compare = comparison(current, wanted);
  const isSame = (from: Fact, to: Fact) => compare(from, to) === "same";
  const now = [...changed].flatMap((id) => {
    const [before, after] = [current.get(id), wanted.get(id)];
    if (before === undefined || comesAlong(before, current)) return [];
    return stays(before) && (after === undefined || !isSame(before, after)) ? [before] : [];
  });
  const then = groupByKind([...changed].flatMap((id) => wanted.get(id) ?? []));
  const renames = new Map<FactId, { from: Fact; to: Fact }>();
  const taken = new Set<FactId>();
  for (const from of inOrder(now)) {
    const to = (then.get(from.identity.kind) ?? []).find(
      (one) => one.id !== from.id && !taken.has(one.id) && isSame(from, one),
    );
    if (to === undefined) continue;
    taken.add(to.id);
    renames.set(from.id, { from, to });
  }
  for (;;) {
    const blocked = [...renames].filter(([, { to }]) => current.has(to.id) && !renames.has(to.id));
    if (blocked.length === 0) break;
    for (const [id] of blocked) renames.delete(id);
  }
  return [...renames.values()].map(({ from, to }) => ({ from: from.identity, to: to.identity }));
}

/** How two facts of a kind resemble each other: as the kind says, or `same` when all that defines them is. */
function comparison(current: Catalog, wanted: Catalog): (from: Fact, to: Fact) => Resemblance {
  const texts = new Map<Fact, string>();
  const definition = (fact: Fact, catalog: Catalog) => {
    const text = texts.get(fact) ?? definitionOf(fact, catalog);
    texts.set(fact, text);
    return text;
  };
  return (from, to) => {
    const { resembles, rename, isFixed } = kindOf(from.identity.kind);
    if (rename === undefined || isFixed?.(from, current) === true) return undefined;
    if (resembles !== undefined) return resembles(from, to, { current, wanted });
    return definition(from, current) === definition(to, wanted) ? "same" : undefined;
  };
}

/** What a thing without rows is, less its name: its attributes, and the parts that it cannot be without. */
function definitionOf({ id, identity, attributes }: Fact, catalog: Catalog): string {
  const parts = catalog.children(id).filter(({ identity: part }) => {
    const { folds, resembles } = kindOf(part.kind);
    return part.of === undefined && (folds !== undefined || resembles === undefined);
  });
  const place = identity.on === undefined ? null : [identity.schema, identity.on];
  return canonicalJson([
    place,
    identity.args ?? null,
    attributes,
    parts.map((part) => [part.identity.kind, part.identity.name ?? null, part.attributes]),
  ]);
}

function groupByKind(facts: readonly Fact[]): ReadonlyMap<string, readonly Fact[]> {
  const groups = new Map<string, Fact[]>();
  for (const fact of inOrder(facts)) {
    const group = groups.get(fact.identity.kind);
    if (group === undefined) groups.set(fact.identity.kind, [fact]);
    else group.push(fact);
  }
  return groups;
}

/** Containers first, then in declared order. */
function inOrder(facts: readonly Fact[]): Fact[] {
  const rank = new Map<string, number>(kindNames.map((kind, at) => [kind, at]));
  return facts.toSorted(
    (a, b) =>
      (rank.get(a.identity.kind) ?? 0) - (rank.get(b.identity.kind) ?? 0) ||
      (a.position ?? 0) - (b.position ?? 0),
  );
}

/** Of several that look alike: the one that only moved, else the one that stands where the other stood. */
function nearest<T extends { readonly to: Fact }>(from: Fact, alike: readonly T[]): T | undefined {
  const distance = ({ to }: T) => Math.abs((to.position ?? 0) - (from.position ?? 0));
  const changes = ({ to: { identity } }: T) =>
    Number(identity.name !== from.identity.name) * 2 + Number(identity.schema !== from.identity.schema);
  return alike.toSorted((a, b) => distance(a) - distance(b) || changes(a) - changes(b))[0];
}

/** One label replaced by another in the same place. */
function enumValueCandidates(current: Catalog, wanted: Catalog): RenameCandidate[] {
  return current.ofKind("enum").flatMap((before) => {
    const after = wanted.find(before.identity);
    if (after === undefined || after.attributes.labels.length !== before.attributes.labels.length) return [];
    const [was, is] = [before.attributes.labels, after.attributes.labels];
    return was.flatMap((label, at): RenameCandidate[] => {
      const now = is[at];
      if (now === undefined || is.includes(label) || was.includes(now)) return [];
      const value = (text: string): Identity => ({
        kind: "enum value",
        ...(before.identity.schema === undefined ? {} : { schema: before.identity.schema }),
        ...(before.identity.name === undefined ? {} : { on: before.identity.name }),
        name: text,
      });
      return [{ from: value(label), to: value(now), certain: false }];
    });
  });
}

/** Whether the state has the thing: a fact, or a label of an enum. */
export function holds(catalog: Catalog, identity: Identity): boolean {
  if (identity.kind !== "enum value") return catalog.has(factId(identity));
  const type = catalog.find({
    kind: "enum",
    ...(identity.schema === undefined ? {} : { schema: identity.schema }),
    ...(identity.on === undefined ? {} : { name: identity.on }),
  });
  return type?.attributes.labels.includes(identity.name ?? "") ?? false;
}

/** The two annotations between which a person chooses. */
export function renameAnnotations({ from, to }: Rename): readonly [renamed: string, isNew: string] {
  const written =
    from.kind === "enum value"
      ? literal(from.name ?? "").text
      : from.on === undefined && from.schema !== to.schema
        ? name(from.schema, from.name).text
        : name(from.name).text;
  return [`-- @renamed from=${written}`, "-- @new"];
}
