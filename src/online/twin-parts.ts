import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { factId } from "../catalog/identity.js";
import { indexOfKey } from "../kinds/key-index.js";
import { name } from "../sql/sql.js";
import type { OnlineContext } from "./context.js";
import { dependentsOf } from "./dependents.js";
import type { Interim } from "./detour.js";
import { interimName } from "./names.js";
import { checkOf } from "./not-null.js";
import { unattached } from "./partitioned.js";
import { type Family, familyOf, inheritedEdges, isPartitioned, membersOf } from "./tree.js";
import { columnsOf, type Twin } from "./twins.js";

/** What stands for a part of the columns until they have their names. */
interface Made {
  readonly fact: Fact;
  readonly isOf: Fact;
}

/** A part with those that partitions have from it. */
interface Group {
  readonly made: readonly Made[];
  /** Of an index of a partitioned table. */
  readonly indexes?: Family<Fact<"index">>;
}

/** Indexes and constraints on the columns under those names: built, validated, and swapped in. */
export function parts(
  which: "fresh" | "stale",
  twins: readonly Twin[],
  context: OnlineContext,
  fresh: Catalog,
): Interim[] {
  const ids = columnsOf(twins).map((column) => factId(column[which]));
  const groups = dependentsOf(ids, fresh)
    .filter((fact) => isKind(fresh.get(fact.parent), "table") || isKind(fact, "not null"))
    .filter(({ id }) => inheritedEdges(id, fresh).length === 0)
    .map((fact) => groupOf(fact, fresh, context));
  const served = new Map(groups.flatMap(({ made }) => made.map(({ fact, isOf }) => [isOf.id, fact.id])));
  const edgesOf = ({ fact, isOf }: Made): Edge[] =>
    fresh
      .dependencies(isOf.id)
      .filter(({ to, type }) => type === "inherits" || !isKind(fresh.get(to), "not null"))
      .map((edge) => ({ ...edge, from: fact.id, to: served.get(edge.to) ?? edge.to }));
  return groups.flatMap(({ made, indexes }): Interim[] => {
    if (made.length === 0) return [];
    const facts = made.map(({ fact }) => fact);
    const edges = made.flatMap(edgesOf);
    const isInherited = ({ type }: Edge) => type === "inherits";
    const invalid =
      indexes === undefined ? facts.flatMap((fact) => unvalidated(fact) ?? []) : unattached(indexes);
    const before = indexes === undefined ? edges : edges.filter((edge) => !isInherited(edge));
    const lasting = made.flatMap((one) => afterSwap(which, one, twins) ?? []);
    return [
      ...(invalid.length === 0
        ? []
        : [{ from: "build", until: "validate", facts: invalid, edges: before } as const]),
      { from: invalid.length === 0 ? "build" : "validate", until: "swap", facts, edges },
      ...(lasting.length === 0
        ? []
        : [{ from: "swap", until: "tidy", facts: lasting, edges: edges.filter(isInherited) } as const]),
    ];
  });
}

/** What is made of a part, and of those that come from it, where anything is made of it before the swap. */
function groupOf(head: Fact, fresh: Catalog, context: OnlineContext): Group {
  const family = familyOf(head, fresh);
  const members = family === undefined ? [head] : membersOf(family);
  const isIndex = isKind(head, "index") && family !== undefined;
  return {
    made: members
      .filter((isOf) => !isMadeInSwap(isOf, fresh))
      .flatMap((isOf) => {
        const fact = madeOf(isOf, head, context);
        return fact === undefined ? [] : [{ fact, isOf }];
      }),
    ...(isIndex && { indexes: family as Family<Fact<"index">> }),
  };
}

function madeOf(fact: Fact, head: Fact, { major }: OnlineContext): Fact | undefined {
  if (isKind(fact, "constraint")) return indexOfKey(fact) ?? fact;
  if (isKind(fact, "index")) return fact;
  if (!isKind(fact, "not null")) return undefined;
  const own = interimName("check", head.id);
  // Before version 18 a check, which SET NOT NULL believes.
  if (major < 18) return checkOf(fact, own);
  return { ...fact, attributes: { ...fact.attributes, name: own } };
}

/**
 * Whether a partitioned table gets it in the swap, when its partitions have theirs, and reads nothing: a key, and before
 * version 18 a foreign key, which cannot be there without being valid.
 */
export function isMadeInSwap(fact: Fact, catalog: Catalog): boolean {
  if (!isKind(fact, "constraint") || !isPartitioned(fact.parent, catalog)) return false;
  return indexOfKey(fact) !== undefined || (fact.attributes.type === "foreign key" && catalog.major < 18);
}

function unvalidated(fact: Fact): Fact | undefined {
  if (isKind(fact, "not null")) return { ...fact, attributes: { ...fact.attributes, validated: false } };
  if (!isKind(fact, "constraint")) return undefined;
  const { type, enforced, validated } = fact.attributes;
  if ((type !== "check" && type !== "foreign key") || !enforced || !validated) return undefined;
  return { ...fact, attributes: { ...fact.attributes, validated: false } };
}

/** The check that stands for NOT NULL, when its column has its name. */
function afterSwap(
  which: "fresh" | "stale",
  { fact, isOf }: Made,
  twins: readonly Twin[],
): Fact<"constraint"> | undefined {
  if (!isKind(isOf, "not null") || !isKind(fact, "constraint")) return undefined;
  const column = columnsOf(twins).find((one) => factId(one[which]) === isOf.parent);
  const definition = `CHECK ((${name(column?.wanted.identity.name).text} IS NOT NULL))`;
  return { ...fact, attributes: { ...fact.attributes, definition } };
}
