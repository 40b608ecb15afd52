import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { sequenceName } from "../kinds/column-identity.js";
import { literal, name, sql } from "../sql/sql.js";
import { fill, notNullOf } from "./columns.js";
import type { DetourRule } from "./context.js";
import { keptCounter } from "./counter.js";
import { spreadOf } from "./spread.js";

/**
 * A new identity column, whose numbers PostgreSQL would write into every row at once: it comes empty, with a sequence of
 * the name that the identity's will have; new rows take their numbers from that, the others are filled, and then the
 * identity takes the sequence's place and goes on where it is. One sequence numbers the rows of all partitions.
 */
export const identityInSteps: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "column")) return undefined;
  const column = change.wanted;
  const { identity: counts } = column.attributes;
  const spread = spreadOf(column, context);
  if (counts === null || spread === undefined) return undefined;
  const { table, columns } = spread;
  const interims = notNullOf(column, spread, context);
  const isBusy = columns.some((wanted) => context.isBusy({ type: "create", wanted }));
  if (!isBusy || interims === undefined) return undefined;
  const { generation: _, sequence: __, ...options } = counts;
  const { schema = "" } = column.identity;
  const own: Identity<"sequence"> = { kind: "sequence", schema, name: sequenceName(counts, column) };
  const sequence: Fact<"sequence"> = {
    identity: own,
    id: factId(own),
    parent: factId({ kind: "schema", name: schema }),
    attributes: { ...options, persistence: table.attributes.persistence },
  };
  const relation = name(schema, own.name);
  const next = sql`nextval(${literal(relation.text)}::regclass)`;
  const defaults = columns.map(({ id, identity: of }): Fact<"default"> => {
    const identity: Identity<"default"> = { ...of, kind: "default" };
    return { identity, id: factId(identity), parent: id, attributes: { expression: next.text } };
  });
  const edges = defaults.map(({ id }): Edge => ({ from: id, to: sequence.id, type: "needs" }));
  return {
    interims: [
      {
        from: "add",
        until: "swap",
        facts: [{ ...column, attributes: { ...column.attributes, identity: null } }, sequence],
      },
      { from: "arm", until: "swap", facts: defaults, edges },
      ...interims,
    ],
    works: [
      fill(column, next.text, columns),
      {
        turn: "swap begins",
        about: table.id,
        facts: [],
        sql: sql`LOCK TABLE ${name(schema, table.identity.name)} IN ACCESS EXCLUSIVE MODE`,
      },
      ...keptCounter(table, columns, relation),
    ],
  };
};
