import { sameValue } from "../catalog/canonical.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { indexOfKey } from "../kinds/key-index.js";
import { notValid } from "./check.js";
import { isValidatable, needsNewKey } from "./constraints.js";
import { type DetourRule, type OnlineContext, tableOf } from "./context.js";
import { asTheyAre } from "./dependents.js";
import type { Detour } from "./detour.js";
import { interimName, renamedFact } from "./names.js";
import { checkOf } from "./not-null.js";
import { type Family, familyOf, hasSamePartitions, membersOf } from "./tree.js";

/*
 * What a partitioned table gets, PostgreSQL makes in all its partitions, in one transaction. On large ones each
 * partition gets it by itself first; then the parent takes these in, and reads nothing.
 */

/** Indexes: ONLY the parent's, concurrently each partition's, then ATTACH (manual, CREATE INDEX, CONCURRENTLY). */
export const partitionedIndex: DetourRule = (change, context) => {
  const index = change.type === "drop" ? undefined : change.wanted;
  if (!isKind(index, "index")) return undefined;
  const family = busyFamily(index, context);
  if (family === undefined) return undefined;
  const old = context.current.get(index.id);
  if (isKind(old, "index")) return replacedIndex(old, family, context);
  return {
    interims: [
      { from: "add", until: "build", absent: newIds(membersOf(family), context) },
      { from: "build", until: "validate", facts: unattached(family), apart: idsOf(membersOf(family)) },
    ],
  };
};

/** A changed index is built beside the old one; then all change names. */
function replacedIndex(
  old: Fact<"index">,
  family: Family<Fact<"index">>,
  context: OnlineContext,
): Detour | undefined {
  const before = familyOf(old, context.current);
  if (before === undefined || old.parent !== family.root.parent) return undefined;
  const beside = renamedFamily(family, "new");
  const away = renamedFamily(before, "old");
  const olds = membersOf(before);
  const identities = (one: Family<Fact<"index">>) => membersOf(one).map(({ identity }) => identity);
  const renames = (from: Family<Fact<"index">>, to: Family<Fact<"index">>) => {
    const names = identities(to);
    return identities(from).flatMap((identity, at) => {
      const next = names[at];
      return next === undefined ? [] : [{ from: identity, to: next }];
    });
  };
  return {
    interims: [
      ...asTheyAre(olds, membersOf(family), context),
      { from: "add", until: "swap", absent: newIds(membersOf(family), context) },
      { from: "build", until: "validate", facts: unattached(beside) },
      { from: "validate", until: "swap", facts: membersOf(beside), edges: beside.edges },
      { from: "swap", until: "tidy", facts: membersOf(away), edges: away.edges },
    ],
    renames: [...renames(before, away), ...renames(beside, family)],
  };
}

/** Those of partitioned tables lack all the others. */
export function unattached({ root, branches, leaves }: Family<Fact<"index">>): Fact<"index">[] {
  const above = [root, ...branches].map((fact) => ({
    ...fact,
    attributes: { ...fact.attributes, valid: false, attached: [] },
  }));
  return [...above, ...leaves];
}

/** Keys: each partition's from a unique index, as on a table that is none; then the parent's takes them in. */
export const partitionedKey: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "constraint")) return undefined;
  const family = busyFamily(change.wanted, context);
  if (family === undefined) return undefined;
  const own = newOf(family.leaves, context);
  const indexes = own.flatMap((key) => indexOfKey(key) ?? []);
  if (indexes.length < own.length || indexes.some(({ id }) => context.current.has(id))) return undefined;
  // The columns of a primary key are NOT NULL before.
  const until = own.some(({ id }) => needsNewNotNull(id, context)) ? "swap" : "validate";
  return {
    interims: [
      { from: "add", until, absent: idsOf(own) },
      { from: "build", until, facts: indexes },
      { from: "add", until: "swap", absent: above(family), apart: idsOf(family.leaves) },
    ],
  };
};

function needsNewNotNull(key: FactId, { current, wanted }: OnlineContext): boolean {
  return wanted.dependencies(key).some(({ to }) => isKind(wanted.get(to), "not null") && !current.has(to));
}

/**
 * Checks and foreign keys: NOT VALID, then VALIDATE. Before version 18 no foreign key of a partitioned table can wait:
 * each partition gets and validates its own, and the parent's takes them in.
 */
export const partitionedConstraint: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "constraint")) return undefined;
  if (!isValidatable(change.wanted)) return undefined;
  const family = busyFamily(change.wanted, context);
  if (family === undefined) return undefined;
  const members = membersOf(family);
  const own = newOf(family.leaves, context);
  const isAfterKey = members.some(({ id }) => needsNewKey(id, context));
  const isTogether = change.wanted.attributes.type === "check" || context.major >= 18;
  if (isTogether && own.length === family.leaves.length) {
    const until = isAfterKey ? "tidy" : "validate";
    return { interims: [{ from: "add", until, facts: members.map(notValid) }] };
  }
  if (change.wanted.attributes.type === "check" || isAfterKey) return undefined;
  return {
    interims: [
      { from: "add", until: "validate", facts: own.map(notValid) },
      { from: "add", until: "tidy", absent: above(family), apart: idsOf(family.leaves) },
    ],
  };
};

/** NOT NULL in two steps, in all partitions together. */
export const partitionedNotNull: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "not null")) return undefined;
  const { wanted } = change;
  const isOfNewColumn = wanted.parent === undefined || !context.current.has(wanted.parent);
  const family = busyFamily(wanted, context);
  if (family === undefined || isOfNewColumn || !wanted.attributes.validated) return undefined;
  const members = membersOf(family);
  if (newOf(members, context).length < members.length) return undefined;
  return allInTwoSteps(family, context.major);
};

/** NOT NULL of a column of all partitions from the stage on in which all rows have a value. */
export function allInTwoSteps(family: Family<Fact<"not null">>, major: number): Detour {
  const members = membersOf(family);
  const ids = idsOf(members);
  if (major >= 18) {
    const invalid = members.map((one) => ({ ...one, attributes: { ...one.attributes, validated: false } }));
    return {
      interims: [
        { from: "add", until: "build", absent: ids },
        { from: "build", until: "validate", facts: invalid },
      ],
    };
  }
  const name = interimName("check", family.root.id);
  const checks = new Map(members.map((one) => [one.id, checkOf(one, name)]));
  const edges = family.edges.flatMap((edge): Edge[] => {
    const [from, to] = [checks.get(edge.from), checks.get(edge.to)];
    return from === undefined || to === undefined ? [] : [{ ...edge, from: from.id, to: to.id }];
  });
  const valid = [...checks.values()];
  return {
    interims: [
      { from: "add", until: "swap", absent: ids },
      { from: "build", until: "validate", facts: valid.map(notValid), edges },
      { from: "validate", until: "tidy", facts: valid, edges },
    ],
  };
}

/** The family, where PostgreSQL would work on a large member of it while others wait, and has partitions as before. */
function busyFamily<F extends Fact>(root: F, context: OnlineContext): Family<F> | undefined {
  if (!hasSamePartitions(tableOf(root, context.wanted)?.id, context)) return undefined;
  const family = familyOf(root, context.wanted);
  if (family === undefined) return undefined;
  const isOwn = family.leaves.every((leaf) => {
    const before = context.current.get(leaf.id);
    return (
      before === undefined || context.current.has(root.id) || sameValue(before.attributes, leaf.attributes)
    );
  });
  const isBusy = membersOf(family).some((wanted) => context.isBusy({ type: "create", wanted }));
  return isOwn && isBusy ? family : undefined;
}

const idsOf = (facts: readonly Fact[]): FactId[] => facts.map(({ id }) => id);

function newOf<F extends Fact>(facts: readonly F[], { current }: OnlineContext): F[] {
  return facts.filter(({ id }) => !current.has(id));
}

const newIds = (facts: readonly Fact[], context: OnlineContext) => idsOf(newOf(facts, context));

const above = ({ root, branches }: Family<Fact>) => idsOf([root, ...branches]);

/** The indexes under other names. */
function renamedFamily(family: Family<Fact<"index">>, what: "new" | "old"): Family<Fact<"index">> {
  const renamed = (fact: Fact<"index">) => renamedFact(fact, interimName(what, fact.id));
  const ids = new Map(membersOf(family).map((fact) => [fact.id, renamed(fact).id]));
  const idOf = (id: FactId) => ids.get(id) ?? id;
  return {
    root: renamed(family.root),
    branches: family.branches.map(renamed),
    leaves: family.leaves.map(renamed),
    edges: family.edges.map((edge) => ({ ...edge, from: idOf(edge.from), to: idOf(edge.to) })),
  };
}
