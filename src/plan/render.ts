import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { AlterContext, RenderContext, Statement } from "../kinds/define.js";
import { address, kindOf } from "../kinds/index.js";
import type { Sql } from "../sql/sql.js";
import type { Action } from "./action.js";
import type { Alteration, ChangeOfType } from "./decide.js";
import { ownWork } from "./inherit.js";

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
    address: (identity) => address(identity, catalog),
    current: context.current,
    wanted: context.wanted,
    isOnline: context.isOnline,
    isCounted: context.isCounted,
    isMade: context.isMade,
    catalog,
    folded: members.map((member) => member.fact).filter((part) => isPartOf(part, fact, catalog)),
  });
  switch (action.type) {
    case "create":
      return action.implied === undefined
        ? [
            ...kind.create(fact, within(context.wanted)),
            ...afterInheriting(fact, members, within(context.wanted)),
          ]
        : changeImplied(fact, action.implied, context);
    case "drop":
      return kind.drop(fact, within(context.current));
    case "retract":
      return kind.drop(fact, within(context.wanted));
    case "alter": {
      const { from, to, rules, retype } = action.alteration;
      return [
        ...changesBy(inTurn(rules, retype), from, to, context),
        ...members.flatMap((member) => changeOfOwn(member, action.alteration, context)),
      ];
    }
    case "set aside":
      return listed(
        (kind.park ?? kind.cedes)?.away(fact) ??
          kind.setAside?.(fact, asideName(fact), context.current).rename,
      );
    case "drop aside": {
      const [aside, replacement] = [asideName(fact), context.wanted.get(fact.id)];
      return [
        ...(replacement === undefined ? [] : (kind.handOver?.(fact, replacement, aside, context) ?? [])),
        ...listed(kind.setAside?.(fact, aside, context.current).drop),
      ];
    }
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

function isPartOf(part: Fact, whole: Fact, catalog: Catalog): boolean {
  if (part.parent === undefined) return false;
  if (part.parent === whole.id) return true;
  const parent = catalog.get(part.parent);
  return parent !== undefined && isPartOf(parent, whole, catalog);
}

/** What is still to do for facts of other tables that came into being with this one. */
function afterInheriting(fact: Fact, members: readonly Action[], context: RenderContext): Sql[] {
  return members
    .filter(({ fact: member }) => !isPartOf(member, fact, context.catalog))
    .flatMap(({ fact: member }) => kindOf(member.identity.kind).afterInheriting?.(member, context) ?? []);
}

/** The statements of rules, each with the attributes that it changes. */
function changesBy(
  rules: readonly ChangeOfType[],
  from: Fact,
  to: Fact,
  context: AlterContext,
): (Statement | RenderedStatement)[] {
  return rules.flatMap(({ of, sql }) =>
    [sql(from, to, context)].flat().map((item) => ({ ...asStatement(item), attributes: of })),
  );
}

/** What is left to change of a fact when the one that it inherits from has changed. */
function changeOfOwn(
  member: Action,
  above: Alteration,
  context: AlterContext,
): (Statement | RenderedStatement)[] {
  if (member.type !== "alter") return [];
  const { from, to } = member.alteration;
  const { rules, retype } = ownWork(member.alteration, above);
  const all = inTurn(member.alteration.rules, member.alteration.retype);
  const own = inTurn(rules, retype);
  const done = all.filter((rule) => !own.includes(rule));
  return [
    ...done.flatMap(({ afterCascade }) => afterCascade?.(to, above.to, context) ?? []).map(asStatement),
    ...changesBy(own, from, to, context),
  ];
}

/** A name that no person chose and that no identifier's length limit cuts into another. */
function asideName(fact: Fact): string {
  return `dm_replaced_${createHash("sha256").update(fact.id).digest("hex").slice(0, 12)}`;
}
