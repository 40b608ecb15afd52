import { connectsToPublisher, runsSubscription } from "../desired/publisher.js";
import { as } from "../desired/tree.js";
import { DmError } from "../error.js";
import type { ParsedStatement } from "../parse/parser.js";
import type { Step } from "../revision/revision.js";
import { name } from "../sql/sql.js";

/** Whether it is worth a look at a step's statements. */
export const namesSubscriptions = ({ sql }: Step): boolean => /subscription/i.test(sql);

export const isAboutSubscription = ({ type }: ParsedStatement): boolean => /Subscription/.test(type);

/**
 * A statement of a step as a shadow runs it, where subscriptions are disabled and no publisher hears of them: the slot
 * there is the real database's.
 * @throws DmError DM3407 for what PostgreSQL does only together with the publisher.
 */
export function withoutPublisher(statement: ParsedStatement, mode: Step["mode"]): readonly string[] {
  const { text, tree } = statement;
  if (connectsToPublisher(tree) || changesSlot(statement)) throw connecting(statement);
  if (runsSubscription(tree)) return [];
  const dropped = as(tree, "DropSubscriptionStmt");
  // In a transaction PostgreSQL itself refuses to go to the publisher (manual, DROP SUBSCRIPTION).
  if (dropped?.subname === undefined || mode !== "autocommit") return [text];
  return [...forgetsSlot(name(dropped.subname).text, dropped.missing_ok === true), text];
}

function forgetsSlot(subscription: string, isOptional: boolean): string[] {
  const statements = [
    `ALTER SUBSCRIPTION ${subscription} DISABLE`,
    `ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`,
  ];
  if (!isOptional) return statements;
  const block = `BEGIN ${statements.join("; ")}; EXCEPTION WHEN undefined_object THEN NULL; END`;
  return [`DO $dm_forgets$ ${block} $dm_forgets$`];
}

/** Both are the slot's, too (manual, ALTER SUBSCRIPTION). */
function changesSlot({ tree }: ParsedStatement): boolean {
  const options = as(tree, "AlterSubscriptionStmt")?.options ?? [];
  return options.some((node) => /^(failover|two_phase)$/.test(as(node, "DefElem")?.defname ?? ""));
}

function connecting(statement: ParsedStatement): DmError {
  return new DmError("DM3407", "a shadow, where revisions are proven, does not connect to a publisher", {
    details: [statement.text],
    next: [
      "CREATE SUBSCRIPTION … WITH (connect = false); then ENABLE and REFRESH, which run in the real database alone",
      "what changes the slot at the publisher is run by hand there",
    ],
  });
}
