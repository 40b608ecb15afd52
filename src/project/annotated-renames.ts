import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import type { Annotation } from "../desired/state.js";
import { type Change, diff, subject } from "../diff/diff.js";
import { DmError } from "../error.js";
import { holds, type Rename } from "../plan/rename.js";
import type { Wanted } from "./wanted.js";

/** What annotations ask for. */
export interface AnnotatedRenames {
  /** Those that have not happened yet. */
  readonly certain: readonly Rename[];
  /**
   * Names that go around, a group for each round: `a` was `b` and `b` was `a`. Both names exist before and after, so the
   * names alone do not tell whether it has happened.
   */
  readonly exchanged: readonly (readonly Rename[])[];
}

/** @throws DmError DM2301 for an annotation at what the schema does not make. */
export function annotatedRenames(current: Catalog, { catalog, annotations }: Wanted): AnnotatedRenames {
  const certain: Rename[] = [];
  const open: Rename[] = [];
  for (const annotation of annotations) {
    const { name, target, from, at } = annotation;
    if (name !== "renamed" || from === undefined) continue;
    const to = identityIn(catalog, annotation);
    if (to === undefined) {
      throw new DmError("DM2301", `@renamed stands at ${factId(target)}, which the schema does not make`, {
        at,
      });
    }
    const before = { ...to, name: from.name, ...(from.schema === undefined ? {} : { schema: from.schema }) };
    // Where the parent is renamed too, the old name is looked for under the old parent.
    const parent = certain.find(
      (one) => one.to.schema === to.schema && one.to.name === to.on && to.on !== undefined,
    );
    const under = parent === undefined ? {} : inParent(parent.from);
    if (factId(before) === factId(to) || !holds(current, { ...before, ...under })) continue;
    const hasHappened = holds(current, { ...to, ...under }) && holds(catalog, before);
    (hasHappened ? open : certain).push({ from: before, to });
  }
  return { certain, exchanged: rounds(open) };
}

function inParent({ schema, name }: Identity): Pick<Identity, "schema" | "on"> {
  return { ...(schema === undefined ? {} : { schema }), ...(name === undefined ? {} : { on: name }) };
}

/** Renames that each take the name of the next; a name that nothing leaves ends no round, and its rename is over. */
function rounds(open: readonly Rename[]): Rename[][] {
  const byFormer = new Map(open.map((rename) => [factId(rename.from), rename]));
  const found: Rename[][] = [];
  const seen = new Set<Rename>();
  for (const first of open) {
    const round: Rename[] = [];
    let next: Rename | undefined = first;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      round.push(next);
      next = byFormer.get(factId(next.to));
    }
    if (next === first) found.push(round);
  }
  return found;
}

/** Whether nothing is left to do for names that go around: the things are as wanted, in the order of the files. */
export function isOver(renames: readonly Rename[], state: Catalog, wanted: Catalog): boolean {
  const isConcerned = (change: Change) => renames.some(({ to }) => isWithin(subject(change), to));
  return !diff(state, wanted).some(isConcerned) && inOrder(renames, state, wanted);
}

/** Whether exchanging the names leaves fewer differences, or as many and the parts in the order of the files. */
export function isBetter(
  renames: readonly Rename[],
  exchanged: Catalog,
  without: Catalog,
  wanted: Catalog,
): boolean {
  const [after, before] = [diff(exchanged, wanted).length, diff(without, wanted).length];
  if (after !== before) return after < before;
  return inOrder(renames, exchanged, wanted) && !inOrder(renames, without, wanted);
}

/** Whether the fact is about the same object, which a value of an enum has in `on`. */
function isWithin({ identity }: Fact, { schema, on, name }: Identity): boolean {
  const owner = on ?? name;
  return identity.schema === schema && (identity.on === owner || identity.name === owner);
}

/** Whether parts that have a place among their siblings follow each other as wanted. */
function inOrder(renames: readonly Rename[], state: Catalog, wanted: Catalog): boolean {
  const ranks = (catalog: Catalog) => {
    const ids = renames.map(({ to }) => factId(to));
    return ids.toSorted((a, b) => (catalog.get(a)?.position ?? 0) - (catalog.get(b)?.position ?? 0)).join();
  };
  return ranks(state) === ranks(wanted);
}

/** The identity of an annotation's target as the catalog has it: a routine's comes without its argument types. */
function identityIn(catalog: Catalog, { target, argumentCount }: Annotation): Identity | undefined {
  if (holds(catalog, target)) return target;
  const matches = [...catalog.facts.values()].filter(
    ({ identity }) =>
      identity.kind === target.kind &&
      identity.schema === target.schema &&
      identity.name === target.name &&
      identity.args !== undefined &&
      (argumentCount === undefined || identity.args.length === argumentCount),
  );
  return matches.length === 1 ? matches[0]?.identity : undefined;
}
