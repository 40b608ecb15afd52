import { quoteIdentifier as q } from "../../../src/sql/quote.js";
import { defineSort, type Made, type See } from "./sort.js";
import { typeOf } from "./types.js";

const takers = ["composite type", "range", "base type"] as const;
const isFull = (see: See, id: number | undefined) => see.part(id)?.choice.isShell !== true;

function fn(see: See, part: Made<unknown>, name: string, takes: string, gives: string, body: string): string {
  return `CREATE FUNCTION ${see.name(part, name)}(${takes}) RETURNS ${gives} LANGUAGE sql IMMUTABLE AS '${body}'`;
}

const marks = ["===", "<=>", "&&&", "@@@", "|><|", "~~~~"];

interface Operator {
  mark: string;
  on?: number;
  function: string;
  isUnary: boolean;
  options: string[];
}

const operand = ({ choice: { on } }: Made<Operator>, see: See) =>
  on === undefined ? "integer" : isFull(see, on) ? see.type(on) : undefined;
const operatorAddress = (part: Made<Operator>, see: See) => {
  const type = operand(part, see) ?? "integer";
  return `OPERATOR ${q(see.schema(part.schema))}.${part.choice.mark} (${part.choice.isUnary ? "NONE" : type}, ${type})`;
};

/** CREATE OPERATOR with its function. */
export const operator = defineSort<Operator>({
  name: "operator",
  kinds: ["operator"],
  stage: "before tables",
  choose: (making) => {
    const { random, generator, state, before } = making;
    const taken = state.parts
      .filter(({ sort, id }) => sort === "operator" && id !== before)
      .map(({ choice }) => choice.mark);
    const mark = random.maybe(marks.filter((one) => !taken.includes(one)));
    if (mark === undefined) return undefined;
    const on = random.chance(0.6) ? typeOf(making, ...takers) : undefined;
    const isUnary = random.chance(0.2);
    return {
      mark,
      ...(on === undefined ? {} : { on }),
      function: generator.freshName(),
      isUnary,
      options:
        isUnary || random.chance(0.4)
          ? []
          : random.some([
              "COMMUTATOR = self",
              "RESTRICT = eqsel",
              "JOIN = eqjoinsel",
              "HASHES",
              "MERGES",
              "NEGATOR = other",
            ]),
    };
  },
  create: (part, see) => {
    const { mark, isUnary, options } = part.choice;
    const type = operand(part, see);
    if (type === undefined) return undefined;
    const schema = q(see.schema(part.schema));
    const said = options.map((option) =>
      option
        .replace("= self", () => `= OPERATOR(${schema}.${mark})`)
        .replace("= other", () => `= OPERATOR(${schema}.!${mark})`),
    );
    const takes = isUnary ? type : `${type}, ${type}`;
    const parts = [
      `FUNCTION = ${see.name(part, part.choice.function)}`,
      isUnary ? "" : `LEFTARG = ${type}`,
      `RIGHTARG = ${type}`,
      ...(isUnary ? [] : said),
    ];
    return [
      fn(see, part, part.choice.function, takes, "boolean", "SELECT true"),
      `CREATE OPERATOR ${schema}.${mark} (${parts.filter((one) => one !== "").join(", ")})`,
    ];
  },
  address: operatorAddress,
  owned: true,
});

/** CREATE OPERATOR FAMILY, with operators that are its own. */
export const operatorFamily = defineSort<{ members: boolean }>({
  name: "operator family",
  kinds: ["operator family", "operator family member"],
  stage: "before tables",
  choose: ({ random }) => ({ members: random.chance(0.6) }),
  create: (part, see) => [
    `CREATE OPERATOR FAMILY ${see.name(part)} USING btree`,
    ...(part.choice.members
      ? [
          `ALTER OPERATOR FAMILY ${see.name(part)} USING btree ADD OPERATOR 1 < (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint)`,
        ]
      : []),
  ],
  address: (part, see) => `OPERATOR FAMILY ${see.name(part)} USING btree`,
  owned: true,
  identity: (part, see) => ({
    kind: "operator family",
    schema: see.schema(part.schema),
    name: part.name,
    args: ["btree"],
  }),
});

/** CREATE OPERATOR CLASS for hash over a type of the state's own, or btree over integers. */
export const operatorClass = defineSort<{
  on?: number;
  mark: string;
  equal: string;
  hash: string;
  isDefault: boolean;
  family?: number;
}>({
  name: "operator class",
  kinds: ["operator class"],
  stage: "before tables",
  choose: (making) => {
    const { random, generator, state, before } = making;
    const on = random.chance(0.6) ? typeOf(making, "composite type", "base type") : undefined;
    const isTaken = (id: number) => state.parts.some((one) => one.id !== before && one.choice.family === id);
    const family = random.maybe(
      state.parts.filter(({ sort, id }) => sort === "operator family" && id < before && !isTaken(id)),
    );
    return {
      ...(on === undefined ? {} : { on }),
      mark: `=${["^", "#", "%", "&"][random.below(4)]}=${"=".repeat(random.below(3))}`,
      equal: generator.freshName(),
      hash: generator.freshName(),
      isDefault: on !== undefined && random.chance(0.3),
      ...(on === undefined && family !== undefined && random.chance(0.5) ? { family: family.id } : {}),
    };
  },
  create: (part, see) => {
    const { on, mark, equal, hash, isDefault, family } = part.choice;
    if (on === undefined) {
      const made = see.part(family);
      const into = made === undefined ? "" : ` FAMILY ${see.name(made)}`;
      return [
        `CREATE OPERATOR CLASS ${see.name(part)} FOR TYPE integer USING btree${into} AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer)`,
      ];
    }
    const type = isFull(see, on) ? see.type(on) : undefined;
    if (type === undefined) return undefined;
    const schema = q(see.schema(part.schema));
    return [
      fn(see, part, equal, `${type}, ${type}`, "boolean", "SELECT true"),
      fn(see, part, hash, type, "integer", "SELECT 1"),
      `CREATE OPERATOR ${schema}.${mark} (FUNCTION = ${see.name(part, equal)}, LEFTARG = ${type}, RIGHTARG = ${type})`,
      `CREATE OPERATOR CLASS ${see.name(part)} ${isDefault ? "DEFAULT " : ""}FOR TYPE ${type} USING hash AS OPERATOR 1 ${schema}.${mark}, FUNCTION 1 ${see.name(part, hash)}(${type})`,
    ];
  },
  address: (part, see) =>
    `OPERATOR CLASS ${see.name(part)} USING ${part.choice.on === undefined ? "btree" : "hash"}`,
  owned: true,
  identity: (part, see) => ({
    kind: "operator class",
    schema: see.schema(part.schema),
    name: part.name,
    args: [part.choice.on === undefined ? "btree" : "hash"],
  }),
});

interface Aggregate {
  on?: number;
  state: string;
  form: number;
  options: string[];
}

const aggregateArguments = (part: Made<Aggregate>, see: See) => {
  const { on, form } = part.choice;
  const type = on === undefined ? "integer" : isFull(see, on) ? see.type(on) : undefined;
  return type === undefined ? undefined : form === 0 ? type : form === 1 ? "*" : "float8 ORDER BY anyelement";
};

/** CREATE AGGREGATE: over values, over rows, or over ordered ones. */
export const aggregate = defineSort<Aggregate>({
  name: "aggregate",
  kinds: ["aggregate"],
  stage: "before tables",
  choose: (making) => {
    const { random, generator } = making;
    const on = random.chance(0.4) ? typeOf(making, ...takers) : undefined;
    return {
      ...(on === undefined ? {} : { on }),
      state: generator.freshName(),
      form: random.below(3),
      options: random.chance(0.5) ? [] : random.some(["INITCOND = '7'", "PARALLEL = safe", "SSPACE = 100"]),
    };
  },
  create: (part, see) => {
    const { form, options } = part.choice;
    const takes = aggregateArguments(part, see);
    if (takes === undefined) return undefined;
    const name = see.name(part);
    if (form === 1) return [`CREATE AGGREGATE ${name}(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0')`];
    if (form === 2) {
      return [
        `CREATE AGGREGATE ${name}(${takes}) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA)`,
      ];
    }
    return [
      fn(see, part, part.choice.state, `bigint, ${takes}`, "bigint", "SELECT $1 + 1"),
      `CREATE AGGREGATE ${name}(${takes}) (${[`SFUNC = ${see.name(part, part.choice.state)}`, "STYPE = bigint", ...options].join(", ")})`,
    ];
  },
  address: (part, see) => `AGGREGATE ${see.name(part)}(${aggregateArguments(part, see)})`,
  grantedAs: (part, see) =>
    `FUNCTION ${see.name(part)}(${(aggregateArguments(part, see) ?? "").replace("*", "").replace(" ORDER BY", ",")})`,
  owned: true,
  privileges: ["EXECUTE"],
});

/** CREATE CAST of a type of the state's own. */
export const cast = defineSort<{ on: number; to: string; how: string; function: string; when: string }>({
  name: "cast",
  kinds: ["cast"],
  stage: "before tables",
  choose: (making) => {
    const { random, generator, state, before } = making;
    const on = typeOf(making, "composite type", "base type");
    const to = random.pick(["text", "integer", "bigint"]);
    const isTaken = state.parts.some(
      ({ sort, id, choice }) => sort === "cast" && id !== before && choice.on === on && choice.to === to,
    );
    if (on === undefined || isTaken) return undefined;
    return {
      on,
      to,
      how: random.pick(["INOUT", "FUNCTION"]),
      function: generator.freshName(),
      when: random.pick(["", " AS ASSIGNMENT", " AS IMPLICIT"]),
    };
  },
  create: (part, see) => {
    const { on, to, how, when } = part.choice;
    const type = isFull(see, on) ? see.type(on) : undefined;
    if (type === undefined) return undefined;
    if (how === "INOUT") return [`CREATE CAST (${type} AS ${to}) WITH INOUT${when}`];
    return [
      fn(see, part, part.choice.function, type, to, `SELECT NULL::${to}`),
      `CREATE CAST (${type} AS ${to}) WITH FUNCTION ${see.name(part, part.choice.function)}(${type})${when}`,
    ];
  },
  address: (part, see) => `CAST (${see.type(part.choice.on)} AS ${part.choice.to})`,
});

/** CREATE TRANSFORM, with a function of PostgreSQL's that has the right shape. */
export const transform = defineSort<{ on: string }>({
  name: "transform",
  kinds: ["transform"],
  stage: "before tables",
  once: true,
  choose: ({ random }) => ({ on: random.pick(["integer", "smallint", "text"]) }),
  create: ({ choice }) => [
    `CREATE TRANSFORM FOR ${choice.on} LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal))`,
  ],
  address: ({ choice }) => `TRANSFORM FOR ${choice.on} LANGUAGE sql`,
});
