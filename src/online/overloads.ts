import { type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import type { DetourRule, OnlineContext } from "./context.js";

type Routine = Fact<"function"> | Fact<"procedure">;

/**
 * A function that takes other arguments: the new one stands beside the old one, for which callers still ask, until the
 * cleanup. Where no other change needs phases and nobody asks for them, the old one goes at once.
 */
export const overloadBeside: DetourRule = (change, context) => {
  if (change.type !== "drop" || !isRoutine(change.current)) return undefined;
  const old = change.current;
  const successors = [...context.wanted.facts.values()].filter(
    (fact): fact is Routine =>
      isRoutine(fact) && sameName(fact.identity, old.identity) && !context.current.has(fact.id),
  );
  if (successors.length === 0 || isAmbiguous(old, context)) return undefined;
  const facts = [old, ...partsOf(old, context)];
  const own = new Set<FactId>(facts.map(({ id }) => id));
  const canStay = facts.every(({ id }) =>
    context.current.dependencies(id).every(({ to }) => own.has(to) || context.wanted.has(to)),
  );
  if (!canStay) return undefined;
  const { kind, schema = "", name = "" } = old.identity;
  const isAsked = context.annotated(factId({ kind, schema, name }), "online") !== undefined;
  return {
    interims: [{ from: "add", until: "cleanup", facts }],
    ...(!isAsked && !context.isAlways && { isSmall: true, isOptional: true }),
  };
};

function isRoutine(fact: Fact): fact is Routine {
  return isKind(fact, "function") || isKind(fact, "procedure");
}

function sameName(one: Identity, other: Identity): boolean {
  return one.schema === other.schema && one.name === other.name;
}

/** Whether a call could mean the old one and another of its name: as many arguments, of the same types. */
function isAmbiguous(old: Routine, { wanted }: OnlineContext): boolean {
  return [...wanted.facts.values()].some(
    (other) =>
      isRoutine(other) &&
      sameName(other.identity, old.identity) &&
      counts(old, other).some((count) => {
        const [one = [], two = []] = [old.identity.args, other.identity.args];
        return one.slice(0, count).every((type, at) => type === two[at]);
      }),
  );
}

/** With how many arguments either can be called; a variadic one with any number. */
function counts(...routines: readonly Routine[]): number[] {
  if (routines.some(({ attributes }) => attributes.parameters.some((one) => one.startsWith("v "))))
    return [0];
  const all = routines.map(({ identity }) => identity.args?.length ?? 0);
  const least = routines.map(({ attributes }, at) => (all[at] ?? 0) - attributes.defaults);
  const [from, to] = [Math.max(...least), Math.min(...all)];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

/** What is said of it. */
function partsOf({ id }: Fact, { current }: OnlineContext): Fact[] {
  return current.children(id).filter(({ identity }) => identity.of !== undefined);
}
