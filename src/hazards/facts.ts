import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { isKindName, kindOf } from "../kinds/index.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Hazard, HazardCode } from "./codes.js";
import { enumerated } from "./codes.js";

/** The two states of a plan, renamed things under their new names in both. */
export interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

/** What goes with all it holds. */
export function lostData({ losesData, action }: PlannedStatement): Hazard[] {
  if (losesData.length === 0) return [];
  if (action === "alter")
    return [{ code: "DATA_LOSS", what: `${enumerated(losesData)}: the old values are not kept` }];
  const what =
    losesData.length === 1
      ? `${losesData[0]} goes with all it holds`
      : `${enumerated(losesData)} go with all they hold`;
  return [{ code: "DATA_LOSS", what }];
}

/** Facts that the statement takes away for good; the parts of what goes are not told beside it. */
export function goneFacts({ action, facts }: PlannedStatement, { current, wanted }: States): Fact[] {
  if (action !== "drop" && action !== "drop aside" && action !== "archive") return [];
  return facts.flatMap((id) => {
    const fact = current.get(id);
    if (fact === undefined || wanted.has(id)) return [];
    const goesWithParent =
      fact.parent !== undefined && facts.includes(fact.parent) && !wanted.has(fact.parent);
    return goesWithParent ? [] : [fact];
  });
}

/** Whether a thing, or another one of its name, is in one of the states. */
export function isAmong(states: readonly Catalog[]): (fact: Fact) => boolean {
  const namesOf = (fact: Fact): readonly string[] => kindOf(fact.identity.kind).occupies?.(fact) ?? [];
  const names = new Set(states.flatMap(({ facts }) => [...facts.values()].flatMap(namesOf)));
  return (fact) => states.some((state) => state.has(fact.id)) || namesOf(fact).some((one) => names.has(one));
}

/**
 * What code written for the state before finds gone, under another name, or asking for more.
 * @param isKnown whether that code has heard of it: not of what was made on the way.
 */
export function brokenCode(
  statement: PlannedStatement,
  states: States,
  isKnown: (fact: Fact) => boolean,
  code: HazardCode & ("BREAKS_OLD_CODE" | "BREAKS_NEW_CODE"),
): Hazard[] {
  const whats: string[] = [];
  const { renamed, facts, action } = statement;
  if (renamed !== undefined && isNamedByCode(renamed.from.kind)) {
    whats.push(`${factId(renamed.from)} is called ${factId(renamed.to)}`);
  }
  const gone = goneFacts(statement, states).filter((fact) => isCalled(fact) && isKnown(fact));
  if (gone.length > 0)
    whats.push(`${enumerated(gone.map(({ id }) => id))} ${gone.length === 1 ? "goes" : "go"}`);
  if (action === "create" || action === "alter" || action === "drop" || action === "restore") {
    for (const id of facts) whats.push(...asksMore(id, statement, states, isKnown));
  }
  return whats.map((what) => ({ code, what }));
}

function isNamedByCode(kind: string): boolean {
  return kind === "enum value" || (isKindName(kind) && kindOf(kind).isNamedByCode !== undefined);
}

function isCalled(fact: Fact): boolean {
  const isNamed = isKindName(fact.identity.kind) ? kindOf(fact.identity.kind).isNamedByCode : undefined;
  return typeof isNamed === "function" ? isNamed(fact) : isNamedByCode(fact.identity.kind);
}

/** A demand of something that stays, or of a part of what stays. */
function asksMore(
  id: FactId,
  { action, attributes }: PlannedStatement,
  { current, wanted }: States,
  isKnown: (fact: Fact) => boolean,
): string[] {
  const [from, to] = [current.get(id), wanted.get(id)];
  const fact = to ?? from;
  // Of what is replaced, the new one tells.
  if (fact === undefined || (action === "drop" && to !== undefined)) return [];
  const isOfOldThing = from !== undefined || fact.parent === undefined || current.has(fact.parent);
  if (!isOfOldThing || (fact.parent !== undefined && !wanted.has(fact.parent))) return [];
  const before = from !== undefined && to !== undefined && !isKnown(from) ? undefined : from;
  const demand = kindOf(fact.identity.kind).asksMore?.(before, to, { current, wanted });
  if (demand === undefined) return [];
  return attributes === undefined || attributes.includes(demand.attribute) ? [demand.what] : [];
}

/** Who may do what changes: of something that was there before, or by something that runs with others' rights. */
export function changedAccess(
  { facts }: PlannedStatement,
  { current, wanted }: States,
  told: Set<FactId>,
): Hazard[] {
  const whats = facts.flatMap((id) => {
    const [from, to] = [current.get(id), wanted.get(id)];
    const fact = to ?? from;
    if (fact === undefined || told.has(id)) return [];
    const { access } = kindOf(fact.identity.kind);
    if (access === undefined) return [];
    const [before, after] = [from && access(from), to && access(to)];
    if (before === undefined && after === undefined) return [];
    if (before !== undefined && after !== undefined && sameValue(before, after)) return [];
    if (fact.parent !== undefined && !(current.has(fact.parent) && wanted.has(fact.parent))) return [];
    told.add(id);
    const how = before === undefined ? "is new" : after === undefined ? "goes" : "changes";
    return [
      from !== undefined && to !== undefined && how !== "changes"
        ? `${id}: ${String(after ?? before)} ${how}`
        : `${id} ${how}`,
    ];
  });
  return whats.length === 0 ? [] : [{ code: "PRIVILEGES_CHANGE", what: enumerated(whats) }];
}

/** Indexes that go while their table stays, and whose queries no other serves. */
export function goneIndexes(statement: PlannedStatement, { current, wanted }: States): Hazard[] {
  if (statement.action !== "drop") return [];
  const gone = statement.facts.flatMap((id) => {
    const fact = current.get(id);
    const service = fact && kindOf(fact.identity.kind).serves?.(fact);
    if (fact?.parent === undefined || service === undefined || !wanted.has(fact.parent)) return [];
    // It cannot stay without its columns.
    if (current.dependencies(id).some(({ to }) => !wanted.has(to))) return [];
    if (wanted.has(id) && sameService(wanted.get(id), service)) return [];
    return wanted.children(fact.parent).some((other) => sameService(other, service)) ? [] : [id];
  });
  return gone.length === 0 ? [] : [{ code: "INDEX_GONE", what: `queries may miss ${enumerated(gone)}` }];
}

type Service = NonNullable<ReturnType<NonNullable<ReturnType<typeof kindOf>["serves"]>>>;

function sameService(other: Fact | undefined, { on, columns, where }: Service): boolean {
  const service = other && kindOf(other.identity.kind).serves?.(other);
  return (
    service?.on === on &&
    service.where === where &&
    columns.every((column, at) => service.columns[at] === column)
  );
}
