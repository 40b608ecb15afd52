import { createHash } from "node:crypto";
import type { Fact } from "../catalog/fact.js";
import type { AlterContext, RenderContext, Statement } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import type { Sql } from "../sql/sql.js";
import type { Action } from "./action.js";

/** A statement, and of an alteration the attributes that it changes. */
export interface RenderedStatement extends Statement {
  readonly attributes?: readonly string[];
}

/** The statements of one action, and of those that are folded into it. */
export function render(
  action: Action,
  folded: readonly Action[],
  context: AlterContext,
): RenderedStatement[] {
  return statements(action, folded, context).map(asStatement);
}

function asStatement<S extends Statement>(item: Sql | S): S | Statement {
  return "sql" in item ? item : { sql: item };
}

function statements(
  action: Action,
  members: readonly Action[],
  context: AlterContext,
): readonly (Sql | RenderedStatement)[] {
  const { fact } = action;
  const kind = kindOf(fact.identity.kind);
  const within = (catalog: RenderContext["catalog"]): RenderContext => ({
    major: context.major,
    address: context.address,
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
      const { from, to, rules, retypes } = action.alteration;
      return [
        ...rules.flatMap(({ of, sql }) =>
          [sql(from, to, context)].flat().map((item) => ({ ...asStatement(item), attributes: of })),
        ),
        ...(retypes ? (kind.retype?.(from, to, context) ?? []) : []).map((statement) => ({
          sql: statement,
          attributes: ["type"],
        })),
      ];
    }
    case "set aside":
      return listed(kind.setAside?.(fact, asideName(fact)).rename);
    case "drop aside":
      return listed(kind.setAside?.(fact, asideName(fact)).drop);
  }
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
