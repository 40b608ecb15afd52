import { sameValue } from "../catalog/canonical.js";
import { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import type { AlterContext } from "./define.js";
import { hasHeirs } from "./inherited-column.js";

/*
 * From version 18 on PostgreSQL changes a NOT NULL together with those that inherit from it as if they had the same
 * name, and comes to grief where they have not.
 */

type NotNullFact = Fact<"not null">;

/** The name of one that came from a parent. */
export function keptName({ noted }: NotNullFact): string | null {
  const kept = noted?.inheritedName;
  return typeof kept === "string" ? kept : null;
}

/** The name that it has, its own or its parent's. */
export const nameOf = (fact: NotNullFact) => fact.attributes.name ?? keptName(fact);

/** One that its table has before it begins to inherit, with the name that it then keeps. */
export function withKeptName(fact: NotNullFact, catalog: Catalog): NotNullFact {
  const isTied = catalog
    .dependencies(fact.id)
    .some(({ type, via }) => type === "inherits" && isKind(catalog.get(via), "inheritance"));
  return isTied ? { ...fact, attributes: { ...fact.attributes, name: nameOf(fact) } } : fact;
}

/** The state, in which each is called as it was: on the way out of it those that no longer inherit keep that name. */
export function withKeptNames(catalog: Catalog): Catalog {
  const named = (fact: Fact): Fact =>
    isKind(fact, "not null") ? { ...fact, attributes: { ...fact.attributes, name: nameOf(fact) } } : fact;
  const { major, self, scope, unmodelled } = catalog;
  const facts = [...catalog.facts.values()].map(named);
  return new Catalog({ major, self, scope, unmodelled, facts, edges: catalog.edges() });
}

export const alterNotNull = ({ identity }: NotNullFact, own: string | null, change: string) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)} ALTER CONSTRAINT ${name(own ?? undefined)} ${raw(change)}`;

interface Heir {
  readonly fact: NotNullFact;
  readonly local: boolean;
  /** What ties the tables. */
  readonly via: FactId | undefined;
}

function heirsOf({ id }: NotNullFact, catalog: Catalog): Heir[] {
  return catalog.dependents(id).flatMap(({ from, type, local, via }) => {
    const fact = type === "inherits" ? catalog.get(from) : undefined;
    return isKind(fact, "not null") ? [{ fact, local: local === true, via }] : [];
  });
}

/** Whether something that inherits from it has another name. */
export function isNamedOtherwiseBelow(fact: NotNullFact, catalog: Catalog): boolean {
  return heirsOf(fact, catalog).some(
    (heir) =>
      (keptName(heir.fact) ?? nameOf(fact)) !== nameOf(fact) || isNamedOtherwiseBelow(heir.fact, catalog),
  );
}

/** Those that are valid below one that is not, and stay below it. */
function validBelow(
  fact: NotNullFact,
  { current, wanted }: Pick<AlterContext, "current" | "wanted">,
): Heir[] {
  const staysTied = ({ via }: Heir) =>
    sameValue(wanted.get(via)?.attributes ?? null, current.get(via)?.attributes ?? null);
  return heirsOf(fact, current)
    .filter(staysTied)
    .flatMap((heir) => [
      ...(heir.fact.attributes.validated && !fact.attributes.validated ? [heir] : []),
      ...validBelow(heir.fact, { current, wanted }),
    ]);
}

/**
 * What keeps a column's NOT NULL apart from those that inherit from it while its type changes: it comes back with the
 * name and the validity that it has itself, for all of them.
 */
export function apartFromHeirs(
  column: Fact<"column">,
  { current, wanted, major }: Pick<AlterContext, "current" | "wanted" | "major">,
): { readonly before: readonly Sql[]; readonly after: readonly Sql[] } {
  const none = { before: [], after: [] };
  const [fact] = current.childrenOfKind(column.id, "not null");
  const now = wanted.get(fact?.id);
  // What is replaced is gone by then.
  const stays = isKind(now, "not null") && (now.attributes.validated || fact?.attributes.validated === false);
  if (major < 18 || fact === undefined || !stays) return none;
  const valid = validBelow(fact, { current, wanted }).filter(({ fact: heir }) => wanted.has(heir.id));
  // A partitioned table's is always inherited.
  if (hasHeirs(column.parent, current, ["partition"])) {
    const validate = ({ fact: heir, local }: Heir) =>
      sql`ALTER TABLE ${name(heir.identity.schema, heir.identity.on)} VALIDATE CONSTRAINT ${name((local ? keptName(heir) : nameOf(fact)) ?? undefined)}`;
    return { before: [], after: valid.map(validate) };
  }
  if (valid.length === 0 && !isNamedOtherwiseBelow(fact, current)) return none;
  const own = nameOf(fact);
  return {
    before: [alterNotNull(fact, own, "NO INHERIT")],
    after: [alterNotNull(fact, own, "INHERIT")],
  };
}
