import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Kept, KeptObject } from "./keep.js";

/**
 * How a way up brings back what its way back has put away, in place of making it anew. All of it is back before the
 * first statement, as where the plan begins that tells what is left to do. Statements are told by {@link statementMark}.
 */
export interface Again {
  /** The statement before which it comes back. */
  readonly at: string;
  /** Statements that there is then nothing left to do for. */
  readonly instead: readonly string[];
  /** What is still to do when it is back. */
  readonly rest: readonly Rest[];
}

export interface Rest {
  /** The statement that it comes behind; right when all is back unless given. */
  readonly behind?: string;
  /** Its place among what is to do behind the same one, whatever object it is for. */
  readonly turn: number;
  readonly sql: string;
}

interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

/** By which a statement of a revision file is known again. */
export function statementMark(sql: string): string {
  return createHash("sha256").update(sql.trim()).digest("hex").slice(0, 16);
}

/**
 * For each thing that a way up makes and a way back puts away, how it comes back when the revision is applied again.
 * @param plan from what rests after the way back to what rests after the way up.
 */
export function comingAgain(
  added: Kept,
  up: readonly PlannedStatement[],
  { current, wanted }: States,
  plan: () => readonly PlannedStatement[],
): ReadonlyMap<FactId, Again> {
  const creates = up.filter(({ action }) => action === "create");
  const objects = added.objects.filter(({ fact }) => creates.some(({ facts }) => facts.includes(fact.id)));
  const start = up.find(isAnchor);
  if (objects.length === 0 || start === undefined) return new Map();

  const hostOf = ({ about, facts }: PlannedStatement) =>
    objects.find(({ fact }) => fact.id === about) ??
    objects.find((object) => facts.some((id) => factsOf(object).has(id))) ??
    objects[0];
  const own = new Set(objects.flatMap((object) => [...factsOf(object)]));
  const replaced = new Set(creates.filter(({ facts }) => facts.some((id) => own.has(id))));
  const made = new Set([...replaced].flatMap(({ facts }) => facts));
  const isWhole = [...made].every((id) => added.resting.get(id) === wanted.get(id));
  const planned = isWhole ? [] : plan();
  // The plan makes what is not back of a table in its own order: a partition's index before the one above it.
  const others = new Set(planned.flatMap(({ action, facts }) => (action === "create" ? facts : [])));
  const tables = new Set(objects.map(({ fact }) => fact.id));
  for (const create of creates.filter((one) => isOne(one) && tables.has(one.about))) {
    if (!create.facts.some((id) => others.has(id) && isOfTable(wanted.get(id)))) continue;
    replaced.add(create);
    for (const id of create.facts) made.add(id);
  }
  const rest = restOf(planned, up, { replaced, made }, { current, wanted });
  return new Map(
    objects.map((object) => [
      object.fact.id,
      {
        at: statementMark(start.sql.text),
        instead: [...replaced]
          .filter((one) => isOne(one) && (hostOf(one) === object || one.facts.includes(object.fact.id)))
          .map(({ sql }) => statementMark(sql.text)),
        rest: rest.filter(({ statement }) => hostOf(statement) === object).map(({ place }) => place),
      },
    ]),
  );
}

/** An object's parts and the schemas that are made for it. */
const factsOf = ({ parts, homes }: KeptObject) =>
  new Set<FactId>([...parts.map(({ id }) => id), ...homes.flatMap(({ facts }) => [...facts])]);

/** Whether a revision file has it as one statement: what is granted as somebody else is several, and does no harm twice. */
const isOne = ({ sql: { text } }: PlannedStatement) => !text.startsWith("SET ROLE ");

/** Beside which others can stand, in its transaction. */
const isAnchor = (statement: PlannedStatement) =>
  isOne(statement) && statement.commit !== "alone" && statement.commit !== "batches";

/**
 * What the plan has to do for things that were made, each behind what makes room for it or what it needs in the way up: a
 * type that is made before its column gets it. So all that needs it finds it done.
 */
function restOf(
  planned: readonly PlannedStatement[],
  up: readonly PlannedStatement[],
  { replaced, made }: { replaced: ReadonlySet<PlannedStatement>; made: ReadonlySet<FactId> },
  { current, wanted }: States,
): { readonly statement: PlannedStatement; readonly place: Rest }[] {
  const texts = new Set<string>();
  const makers = new Map<FactId, number>();
  const leavers = new Map<string, number>();
  for (const [at, statement] of up.entries()) {
    if (replaced.has(statement)) continue;
    texts.add(statement.sql.text);
    for (const id of statement.facts) {
      if (statement.action !== "drop") makers.set(id, at);
      if (statement.action !== "create") for (const own of occupied(current.get(id))) leavers.set(own, at);
    }
  }
  const needed = (id: FactId, found: Set<FactId>): Set<FactId> => {
    if (found.has(id)) return found;
    found.add(id);
    for (const { to, type } of wanted.dependencies(id)) {
      if (type !== "owned" && type !== "inherits") needed(to, found);
    }
    return found;
  };
  return planned.flatMap((statement, turn) => {
    const { facts, sql } = statement;
    if (texts.has(sql.text) || !facts.some((id) => made.has(id))) return [];
    const found = new Set<FactId>();
    for (const id of facts) needed(id, found);
    const after = [
      ...[...found].map((id) => makers.get(id)),
      ...facts.flatMap((id) => occupied(wanted.get(id)).map((own) => leavers.get(own))),
    ];
    const last = Math.max(-1, ...after.map((at = -1) => at));
    const before = up.slice(0, last + 1).findLast(isAnchor);
    const place = { turn, sql: sql.text, ...(before && { behind: statementMark(before.sql.text) }) };
    return [{ statement, place }];
  });
}

/** Neither said of it, like a grant, nor what ties it to a table that stays. */
const isOfTable = (fact: Fact | undefined) =>
  fact !== undefined && fact.identity.of === undefined && kindOf(fact.identity.kind).isTie === undefined;

const occupied = (fact: Fact | undefined) =>
  fact === undefined ? [] : (kindOf(fact.identity.kind).occupies?.(fact) ?? []);
