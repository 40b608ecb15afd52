import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { diff } from "../diff/diff.js";
import type { Statement } from "../kinds/define.js";
import { isKindName, kindNames, kindOf, renameEnumValue } from "../kinds/index.js";
import { literal } from "../sql/sql.js";
import type { PlannedStatement } from "./plan.js";

/** A thing that keeps what it holds under another name. Where its parent is renamed too, `from` has the parent's new name. */
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
  const created = changes.flatMap((change) => (change.type === "create" ? [change.wanted] : []));
  const taken = new Set<FactId>();
  const found: RenameCandidate[] = [];
  for (const from of inDeclaredOrder(dropped)) {
    if (from.parent !== undefined && dropped.some(({ id }) => id === from.parent)) continue;
    const { resembles } = kindOf(from.identity.kind);
    if (resembles === undefined) continue;
    const alike = inDeclaredOrder(created).flatMap((to) => {
      if (to.identity.kind !== from.identity.kind || taken.has(to.id)) return [];
      const resemblance = resembles(from, to, { current, wanted });
      return resemblance === undefined ? [] : [{ to, resemblance }];
    });
    const best = alike.find(({ resemblance }) => resemblance === "same") ?? nearest(from, alike);
    if (best === undefined) continue;
    taken.add(best.to.id);
    found.push({ from: from.identity, to: best.to.identity, certain: best.resemblance === "same" });
  }
  return [...found, ...enumValueCandidates(current, wanted)];
}

function inDeclaredOrder(facts: readonly Fact[]): Fact[] {
  return facts.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
}

/** Of several that look alike, the one that stands where the other stood. */
function nearest<T extends { readonly to: Fact }>(from: Fact, alike: readonly T[]): T | undefined {
  const distance = ({ to }: T) => Math.abs((to.position ?? 0) - (from.position ?? 0));
  return alike.toSorted((a, b) => distance(a) - distance(b))[0];
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

/** The statements that rename, containers first, and those that rename back in the opposite order. */
export function renamePlan(renames: readonly Rename[]): { up: PlannedStatement[]; down: PlannedStatement[] } {
  const ordered = renames.toSorted((a, b) => rankOf(a.to) - rankOf(b.to));
  return {
    up: ordered.flatMap(({ from, to }) => renameStatements(from, to)),
    down: ordered.toReversed().flatMap(({ from, to }) => renameStatements(to, from)),
  };
}

function rankOf({ kind }: Identity): number {
  return isKindName(kind) ? kindNames.indexOf(kind) : kindNames.length;
}

function renameStatements(from: Identity, to: Identity): PlannedStatement[] {
  const statements: readonly Statement[] = (
    from.kind === "enum value"
      ? [renameEnumValue(from, to)]
      : isKindName(from.kind)
        ? (kindOf(from.kind).rename?.(from, to) ?? [])
        : []
  ).map((sql) => ({ sql }));
  const about = factId(
    to.on === undefined || to.schema === undefined ? to : { kind: "table", schema: to.schema, name: to.on },
  );
  return statements.map((statement) => ({
    ...statement,
    action: "alter",
    facts: [factId(to)],
    about,
    losesData: [],
    renamed: { from, to },
  }));
}

/** The two annotations between which a person chooses. */
export function renameAnnotations({ from }: Rename): readonly [renamed: string, isNew: string] {
  const name = from.kind === "enum value" ? literal(from.name ?? "").text : JSON.stringify(from.name);
  const plain = /^[a-z_][a-z0-9_]*$/.test(from.name ?? "") && from.kind !== "enum value" ? from.name : name;
  return [`-- @renamed from=${plain}`, "-- @new"];
}
