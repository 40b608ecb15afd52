import { createHash } from "node:crypto";
import type { Fact } from "../catalog/fact.js";
import type { AlterContext, RenderContext, Statement } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import type { Sql } from "../sql/sql.js";
import type { Action } from "./action.js";
import type { ChangeOfType } from "./decide.js";

/** The statements of one action, and of those that are folded into it. */
export function render(action: Action, folded: readonly Action[], context: AlterContext): Statement[] {
  return statements(action, folded, context).map((item) => ("sql" in item ? item : { sql: item }));
}

function statements(
  action: Action,
  members: readonly Action[],
  context: AlterContext,
): readonly (Sql | Statement)[] {
  const { fact } = action;
  const kind = kindOf(fact.identity.kind);
  const within = (catalog: RenderContext["catalog"]): RenderContext => ({
    major: context.major,
    address: context.address,
    current: context.current,
    catalog,
    folded: members.map((member) => member.fact),
  });
  switch (action.type) {
    case "create":
      return action.implied === undefined
        ? kind.create(fact, within(context.wanted))
        : changeImplied(fact, action.implied, context);
    case "drop":
      return kind.drop(fact, within(context.current));
    case "retract":
      return kind.drop(fact, within(context.wanted));
    case "alter": {
      const { from, to, rules, retype } = action.alteration;
      return inTurn(rules, retype).flatMap((rule) => rule.sql(from, to, context));
    }
    case "set aside":
      return listed(kind.park?.away(fact) ?? kind.setAside?.(fact, asideName(fact)).rename);
    case "drop aside":
      return listed(kind.setAside?.(fact, asideName(fact)).drop);
  }
}

/** The rules with the change of the type in its turn. */
function inTurn(rules: readonly ChangeOfType[], retype: ChangeOfType | undefined): readonly ChangeOfType[] {
  if (retype === undefined) return rules;
  const isOfType = ({ of }: ChangeOfType) => of.some((attribute) => retype.of.includes(attribute));
  return rules.some(isOfType) ? rules.map((rule) => (isOfType(rule) ? retype : rule)) : [retype, ...rules];
}

function changeImplied(fact: Fact, implied: Fact, context: AlterContext): readonly (Sql | Statement)[] {
  return kindOf(fact.identity.kind).alter.flatMap((rule) => rule.sql(implied, fact, context));
}

function listed(sql: Sql | readonly Sql[] | undefined): readonly Sql[] {
  if (sql === undefined) return [];
  return "text" in sql ? [sql] : sql;
}

/** A name that no person chose and that no identifier's length limit cuts into another. */
function asideName(fact: Fact): string {
  return `dm_replaced_${createHash("sha256").update(fact.id).digest("hex").slice(0, 12)}`;
}
