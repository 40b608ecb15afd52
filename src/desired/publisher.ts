import type { ParsedStatement } from "../parse/parser.js";
import { as } from "./tree.js";

type Tree = ParsedStatement["tree"];

/** CREATE SUBSCRIPTION connects unless told otherwise (manual, CREATE SUBSCRIPTION, connect). */
export function connectsToPublisher(tree: Tree): boolean {
  const create = as(tree, "CreateSubscriptionStmt");
  if (create === undefined) return false;
  const connect = create.options?.find((node) => as(node, "DefElem")?.defname === "connect");
  const value = as(connect, "DefElem")?.arg;
  const text = as(value, "String")?.sval ?? String(as(value, "Integer") && (as(value, "Integer")?.ival ?? 0));
  return !/^(false|off|0)$/i.test(text);
}

/** ENABLE and DISABLE, REFRESH and SKIP: operation, of which no state tells. */
export function runsSubscription(tree: Tree): boolean {
  return /_(ENABLED|REFRESH|SKIP)$/.test(as(tree, "AlterSubscriptionStmt")?.kind ?? "");
}
