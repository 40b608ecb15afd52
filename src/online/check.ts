import type { Fact } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";

/** A check of a table that is only there for a while. */
export function checkFact(
  own: Required<Pick<Identity, "schema" | "on" | "name">>,
  expression: string,
): Fact<"constraint"> {
  const identity: Identity<"constraint"> = { kind: "constraint", ...own };
  return {
    identity,
    id: factId(identity),
    parent: factId({ kind: "table", schema: own.schema, name: own.on }),
    attributes: {
      type: "check",
      definition: `CHECK ((${expression}))`,
      deferrable: false,
      deferred: false,
      validated: true,
      enforced: true,
      options: [],
      tablespace: null,
    },
  };
}

/** The same as it holds for new rows only. */
export function notValid(fact: Fact<"constraint">): Fact<"constraint"> {
  return { ...fact, attributes: { ...fact.attributes, validated: false } };
}
