import type { Catalog } from "../catalog/catalog.js";
import { isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Stage } from "../online/stage.js";
import type { PlannedStatement } from "../plan/plan.js";

/** A stage of a way, from state to state. */
export interface Stretch {
  readonly stage: Stage;
  /** Whether nothing of the revision comes before it. */
  readonly isFirst: boolean;
  readonly from: Catalog;
  readonly to: Catalog;
  /** Whether code knows nothing of the fact: it is only there on the way. */
  readonly isInterim: (fact: FactId) => boolean;
}

/** Each stage is a transaction, and what reads a whole table another one; and each table, where that is possible. */
export function apart(statements: readonly PlannedStatement[], stretch: Stretch): PlannedStatement[] {
  const { stage, isFirst } = stretch;
  const isAlone = stage === "validate" || stage === "tidy";
  const next = stage === "add" || stage === "arm" || stage === "build" ? nextTables(statements, stretch) : [];
  return statements.map((statement, at) => {
    const begins = at === 0 ? !isFirst : isAlone || next.includes(statement);
    return begins ? { ...statement, begins } : statement;
  });
}

/**
 * Where another table's turn begins, which need not wait for its lock while those wait who want the one before. What
 * code sees changes in one transaction: that is from the first to the last such statement.
 */
function nextTables(
  statements: readonly PlannedStatement[],
  { from, to, isInterim }: Stretch,
): PlannedStatement[] {
  const isNewConstraint = (id: FactId) => !from.has(id) && isKind(to.get(id), "constraint");
  const isSeen = ({ facts }: PlannedStatement) =>
    facts.length === 0 || !facts.every((id) => isInterim(id) || isNewConstraint(id));
  const [first, last] = [statements.findIndex(isSeen), statements.findLastIndex(isSeen)];
  const isFree = (at: number) => at < first || at > last;
  const next: PlannedStatement[] = [];
  let table: FactId | undefined;
  let ended = 0;
  for (const [at, { about }] of statements.entries()) {
    if (!isKind(from.get(about), "table")) continue;
    const begin = statements[ended];
    if (table !== undefined && about !== table && isFree(ended) && begin !== undefined) next.push(begin);
    table = about;
    ended = at + 1;
  }
  return next;
}
