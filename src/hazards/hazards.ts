import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { PreflightContext, Statement } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import type { Parser } from "../parse/parser.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Sizes, Threshold } from "../plan/sizes.js";
import type { Measurements } from "../proof/prove.js";
import type { PreflightQuery } from "../revision/revision.js";
import { name } from "../sql/sql.js";
import { type Hazard, type HazardCode, merged } from "./codes.js";
import { brokenCode, changedAccess, goneIndexes, lostData } from "./facts.js";
import { preflightsOf } from "./rows.js";
import { type Bodies, readBodies, untrackedUses } from "./untracked.js";
import { type Quarantined, staysReadable } from "./visible.js";
import { workHazards } from "./work.js";

/** A plan in one direction, with all that was found out about it. */
export interface HazardRequest {
  readonly statements: readonly PlannedStatement[];
  readonly context: PreflightContext;
  /** Where the rows are, and in which state, where the context does not tell: in quarantine. */
  readonly rows?: PreflightContext;
  /** What is in quarantine already; nothing unless given. */
  readonly quarantined?: Quarantined;
  readonly direction: "up" | "down";
  readonly measurements: Measurements;
  /** What the proof's sample rows made fail. */
  readonly failed: readonly { readonly statement: Statement; readonly message: string }[];
  /** Statements after which values do not come back as they were, and which. */
  readonly irreversible: ReadonlyMap<Statement, string>;
  /** Whether code of the side where the way begins knows it: not what is made on the way. */
  readonly isKnown?: (fact: Fact) => boolean;
  readonly sizes: Sizes;
  readonly threshold: Threshold;
  readonly parser: Parser;
}

export interface HazardReport {
  readonly hazards: ReadonlyMap<Statement, readonly Hazard[]>;
  /** Relations that are small, and the hazards that wait for approval where they are large. */
  readonly ifLarge: Readonly<Record<string, readonly HazardCode[]>>;
}

/** The hazards of each statement, at most one of each code. Pure: everything that is measured comes in. */
export function findHazards(request: HazardRequest): HazardReport {
  const { statements, context, measurements, sizes, threshold } = request;
  const relations = relationsOf(context);
  const work = { sizes, threshold, exists: (relation: string) => relations.has(relation) };
  const replaced = replacedBy(statements);
  const told = new Set<FactId>();
  const looked = new Set<string>();
  const bodies = readBodies(context, request.parser);
  const hazards = new Map<Statement, readonly Hazard[]>();
  const ifLarge = new Map<string, Set<HazardCode>>();
  for (const statement of statements) {
    const measurement = measurements.get(statement);
    const measured = measurement === undefined ? undefined : workHazards(measurement, work);
    for (const [relation, codes] of measured?.ifLarge ?? []) {
      if (codes.length > 0) ifLarge.set(relation, new Set([...(ifLarge.get(relation) ?? []), ...codes]));
    }
    // A change of several statements may fail at the first of them.
    const found = preflightsOf(statement, request.rows ?? context, replaced).filter(
      ({ finds }) => !looked.has(finds),
    );
    for (const { finds } of found) looked.add(finds);
    const all = merged([
      ...(measured?.hazards ?? []),
      ...found.map(({ finds }): Hazard => ({ code: "MAY_FAIL_ON_DATA", what: finds })),
      ...fromFacts(statement, request, told, bodies),
    ]);
    const sample = request.failed.find((one) => one.statement === statement);
    const hasFailed = sample !== undefined && found.length === 0;
    const failure: Hazard[] = hasFailed
      ? [{ code: "MAY_FAIL_ON_DATA", what: `sample rows made it fail: ${sample.message}` }]
      : [];
    if (all.length + failure.length > 0) hazards.set(statement, merged([...all, ...failure]));
  }
  return {
    hazards,
    ifLarge: Object.fromEntries([...ifLarge].sort().map(([relation, codes]) => [relation, [...codes]])),
  };
}

/** The queries for rows that would make a statement fail, each once. */
export function preflightQueries(
  statements: readonly PlannedStatement[],
  context: PreflightContext,
): readonly PreflightQuery[] {
  const replaced = replacedBy(statements);
  const queries = new Map<string, PreflightQuery>();
  for (const { finds, query } of statements.flatMap((one) => preflightsOf(one, context, replaced))) {
    if (query !== undefined) queries.set(query.text, { finds, sql: query.text });
  }
  return [...queries.values()];
}

function fromFacts(
  statement: PlannedStatement,
  { context, direction, irreversible, isKnown = () => true, parser, quarantined = () => [] }: HazardRequest,
  told: Set<FactId>,
  bodies: Bodies,
): Hazard[] {
  const lost = statement.losesData.length > 0 ? undefined : irreversible.get(statement);
  return [
    ...lostData(statement),
    ...(lost === undefined ? [] : [{ code: "IRREVERSIBLE", what: lost } as const]),
    ...brokenCode(statement, context, isKnown, direction === "up" ? "BREAKS_OLD_CODE" : "BREAKS_NEW_CODE"),
    ...changedAccess(statement, context, told),
    ...staysReadable(statement, context, quarantined, told),
    ...goneIndexes(statement, context),
    ...untrackedUses(statement, context, bodies),
    ...upgrades(statement, parser),
  ];
}

/** ALTER EXTENSION … UPDATE runs a script of the extension's author, and there is none back. */
export function upgrades({ sql }: Statement, parser: Parser): Hazard[] {
  if (!/\bEXTENSION\b/i.test(sql.text)) return [];
  return parser.statements(sql.text, "statement").flatMap(({ tree }): Hazard[] => {
    if (!("AlterExtensionStmt" in tree)) return [];
    return [{ code: "EXTENSION_UPGRADE", what: `extension ${tree.AlterExtensionStmt.extname} is updated` }];
  });
}

/** Quoted names of the relations that are there before the plan. */
function relationsOf({ current }: PreflightContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const fact of current.facts.values()) {
    const { schema, name: relation } = fact.identity;
    const own = `relation ${schema}.${relation}`;
    if (kindOf(fact.identity.kind).occupies?.(fact).includes(own)) names.add(name(schema, relation).text);
  }
  return names;
}

function replacedBy(statements: readonly PlannedStatement[]): ReadonlySet<FactId> {
  return new Set(statements.filter(({ action }) => action === "drop").flatMap(({ facts }) => facts));
}
