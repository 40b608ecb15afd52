import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { sequenceName } from "../kinds/column-identity.js";
import { literal, name, sql } from "../sql/sql.js";
import { fill } from "./columns.js";
import { type DetourRule, lonelyTable } from "./context.js";
import { keptCounter } from "./counter.js";
import { inTwoSteps } from "./not-null.js";

/**
 * A new identity column, whose numbers PostgreSQL would write into every row at once: it comes empty, with a sequence of
 * the name that the identity's will have; new rows take their numbers from that, the others are filled, and then the
 * identity takes the sequence's place and goes on where it is.
 */
export const identityInSteps: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "column")) return undefined;
  const column = change.wanted;
  const { identity } = column.attributes;
  const table = lonelyTable(column, context);
  if (identity === null || table === undefined || !context.isBusy(change)) return undefined;
  const notNull = context.wanted.childrenOfKind(column.id, "not null")[0];
  const { generation: _, sequence: __, ...options } = identity;
  const { schema = "" } = column.identity;
  const own: Identity<"sequence"> = { kind: "sequence", schema, name: sequenceName(identity, column) };
  const sequence: Fact<"sequence"> = {
    identity: own,
    id: factId(own),
    parent: factId({ kind: "schema", name: schema }),
    attributes: { ...options, persistence: table.attributes.persistence },
  };
  const relation = name(schema, own.name);
  const next = sql`nextval(${literal(relation.text)}::regclass)`;
  const ofColumn: Identity<"default"> = { ...column.identity, kind: "default" };
  const columnDefault: Fact<"default"> = {
    identity: ofColumn,
    id: factId(ofColumn),
    parent: column.id,
    attributes: { expression: next.text },
  };
  const edge: Edge = { from: columnDefault.id, to: sequence.id, type: "needs" };
  return {
    interims: [
      {
        from: "add",
        until: "swap",
        facts: [{ ...column, attributes: { ...column.attributes, identity: null } }, sequence],
      },
      { from: "arm", until: "swap", facts: [columnDefault], edges: [edge] },
      ...(notNull === undefined ? [] : inTwoSteps(notNull, context.major).interims),
    ],
    works: [
      fill(column, next.text),
      {
        turn: "swap begins",
        about: table.id,
        facts: [],
        sql: sql`LOCK TABLE ${name(schema, table.identity.name)} IN ACCESS EXCLUSIVE MODE`,
      },
      ...keptCounter(table, column, relation),
    ],
  };
};
