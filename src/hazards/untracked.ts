import type { Fact } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { DmError } from "../error.js";
import { kindOf } from "../kinds/index.js";
import type { Parser } from "../parse/parser.js";
import { scan } from "../parse/scan.js";
import type { PlannedStatement } from "../plan/plan.js";
import { enumerated, type Hazard } from "./codes.js";
import { goneFacts, type States } from "./facts.js";

/** The names in a function's body. */
interface Mentions {
  /** `schema.name` where the body says which; `name` alone otherwise. */
  readonly relations: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  /** String constants, for the labels of enums. */
  readonly texts: ReadonlySet<string>;
}

export type Bodies = ReadonlyMap<Fact, Mentions>;

/**
 * What function bodies mention. PostgreSQL keeps those in SQL and PL/pgSQL as text and tracks nothing of it (manual,
 * Dependency Tracking): SQL is parsed, of the rest the words count, strings included, for they may be run.
 */
export function readBodies({ wanted }: States, parser: Parser): Bodies {
  const bodies = new Map<Fact, Mentions>();
  for (const fact of wanted.facts.values()) {
    const body = kindOf(fact.identity.kind).body?.(fact);
    if (body?.language === "sql") bodies.set(fact, parsed(body.text, parser) ?? words(body.text));
    else if (body?.language === "plpgsql") bodies.set(fact, words(body.text));
  }
  return bodies;
}

/** Bodies that may use what the statement takes away or gives another name. */
export function untrackedUses(statement: PlannedStatement, states: States, bodies: Bodies): Hazard[] {
  const { renamed } = statement;
  const successor = renamed && states.wanted.get(factId(renamed.to));
  const gone = [
    ...goneFacts(statement, states)
      .filter(({ identity }) => kindOf(identity.kind).isNamedByCode !== undefined)
      .map((fact) => ({ identity: fact.identity, isRelation: isRelation(fact) })),
    ...(renamed === undefined
      ? []
      : [{ identity: renamed.from, isRelation: successor !== undefined && isRelation(successor) }]),
  ];
  const whats = gone.flatMap(({ identity, isRelation }) => {
    const users = [...bodies]
      .filter(([, mentions]) => mentionsIt(mentions, identity, isRelation))
      .map(([{ id }]) => id);
    return users.length === 0 ? [] : [`${enumerated(users)} may use ${factId(identity)}`];
  });
  return whats.map((what) => ({ code: "UNTRACKED_DEPENDENCY", what }));
}

function isRelation(fact: Fact): boolean {
  const occupied = kindOf(fact.identity.kind).occupies?.(fact) ?? [];
  return fact.identity.on === undefined && occupied.some((name) => name.startsWith("relation "));
}

function mentionsIt(
  { relations, names, texts }: Mentions,
  { kind, schema, on, name = "" }: Identity,
  isRelation: boolean,
): boolean {
  const hasRelation = (relation: string) => relations.has(relation) || relations.has(`${schema}.${relation}`);
  if (kind === "enum value") return texts.has(name);
  if (on !== undefined) return hasRelation(on) && names.has(name);
  return isRelation ? hasRelation(name) : names.has(name);
}

function parsed(text: string, parser: Parser): Mentions | undefined {
  const relations = new Set<string>();
  const names = new Set<string>();
  const texts = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const item of node) walk(item);
      return;
    }
    if (typeof node !== "object" || node === null) return;
    const { relname, schemaname, sval, name }: Record<string, unknown> = { ...node };
    if (typeof relname === "string") {
      relations.add(typeof schemaname === "string" ? `${schemaname}.${relname}` : relname);
      if (typeof schemaname === "string") names.add(schemaname);
    }
    if (typeof sval === "string") names.add(sval);
    if (typeof name === "string") names.add(name);
    const { A_Const: constant, ...rest }: Record<string, unknown> = { ...node };
    if (constant !== undefined) texts.add(textOf(constant));
    for (const value of Object.values(rest)) walk(value);
  };
  try {
    for (const { tree } of parser.statements(text, "function body")) walk(tree);
  } catch (error) {
    if (error instanceof DmError) return undefined;
    throw error;
  }
  return { relations, names, texts };
}

/** What a string constant holds; nothing for other constants. */
function textOf(constant: unknown): string {
  const value = typeof constant === "object" && constant !== null && "sval" in constant ? constant.sval : {};
  const text = typeof value === "object" && value !== null && "sval" in value ? value.sval : "";
  return typeof text === "string" ? text : "";
}

/** A word that stands behind a dot is of what stands before it: `app.patient` is not `patient` of another schema. */
function words(text: string): Mentions {
  const tokens = scan(text)?.filter(({ kind }) => kind !== "comment");
  const code = tokens?.map((token) => token.text).join(" ") ?? text;
  const relations = new Set<string>();
  const names = new Set<string>();
  let before: string | undefined;
  for (const [whole, identifier = ""] of code.matchAll(
    /(?:\.\s*)?("(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)/gu,
  )) {
    const isQuoted = identifier.startsWith('"');
    const word = isQuoted ? identifier.slice(1, -1).replaceAll('""', '"') : identifier.toLowerCase();
    names.add(word);
    relations.add(whole.startsWith(".") && before !== undefined ? `${before}.${word}` : word);
    before = word;
  }
  return { relations, names, texts: names };
}
