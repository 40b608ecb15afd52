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
  const gone = [
    ...goneFacts(statement, states)
      .filter(({ identity }) => kindOf(identity.kind).isNamedByCode === true)
      .map(({ identity }) => identity),
    ...(renamed === undefined ? [] : [renamed.from]),
  ];
  const whats = gone.flatMap((identity) => {
    const users = [...bodies].filter(([, mentions]) => mentionsIt(mentions, identity)).map(([{ id }]) => id);
    return users.length === 0 ? [] : [`${enumerated(users)} may use ${factId(identity)}`];
  });
  return whats.map((what) => ({ code: "UNTRACKED_DEPENDENCY", what }));
}

function mentionsIt({ relations, names }: Mentions, { kind, schema, on, name = "" }: Identity): boolean {
  const hasRelation = (relation: string) => relations.has(relation) || relations.has(`${schema}.${relation}`);
  if (on !== undefined && kind !== "enum value") return hasRelation(on) && names.has(name);
  return hasRelation(name) || names.has(name);
}

function parsed(text: string, parser: Parser): Mentions | undefined {
  const relations = new Set<string>();
  const names = new Set<string>();
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
    for (const value of Object.values(node)) walk(value);
  };
  try {
    for (const { tree } of parser.statements(text, "function body")) walk(tree);
  } catch (error) {
    if (error instanceof DmError) return undefined;
    throw error;
  }
  return { relations, names };
}

function words(text: string): Mentions {
  const code = scan(text)
    ?.filter(({ kind }) => kind !== "comment")
    .map((token) => token.text)
    .join(" ");
  const found = new Set<string>();
  for (const [word] of (code ?? text).matchAll(/"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*/gu)) {
    found.add(word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase());
  }
  return { relations: found, names: found };
}
