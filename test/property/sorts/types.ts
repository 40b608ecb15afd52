import { quoteIdentifier as q, quoteLiteral } from "../../../src/sql/quote.js";
import { comments } from "../names.js";
import { defineSort, earlier, type Making } from "./sort.js";

const attributeTypes = [
  "integer",
  "text",
  "numeric(8,3)",
  "date",
  "character varying(20)",
  "boolean[]",
  "jsonb",
];

export interface Attribute {
  readonly id: number;
  name: string;
  type: string | number;
  comment?: string;
  collation?: string;
}

export function chooseAttribute({ random, generator, state, before }: Making): Attribute {
  const users = [...state.enums, ...state.domains].map(({ id }) => id).filter((id) => id < before);
  const type = users.length > 0 && random.chance(0.2) ? random.pick(users) : random.pick(attributeTypes);
  return {
    id: generator.id(),
    name: generator.freshName(),
    type,
    ...(random.chance(0.2) ? { comment: random.pick(comments) } : {}),
    ...(type === "text" && random.chance(0.2) ? { collation: "C" } : {}),
  };
}

/** CREATE TYPE … AS (…). */
export const compositeType = defineSort<{ attributes: Attribute[] }>({
  name: "composite type",
  kinds: ["composite type", "attribute"],
  stage: "before tables",
  type: "plain",
  choose: (making) => ({
    attributes: Array.from({ length: 1 + making.random.below(3) }, () => chooseAttribute(making)),
  }),
  edit: ({ choice: { attributes } }, making) => {
    const { random, generator } = making;
    const one = random.maybe(attributes);
    const made = chooseAttribute(making);
    const form = random.below(4);
    if (form === 0 || one === undefined) attributes.push(made);
    else if (form === 1) attributes.splice(attributes.indexOf(one), 1);
    else if (form === 2) one.name = generator.freshName();
    else Object.assign(one, { type: made.type }, made.comment === undefined ? {} : { comment: made.comment });
    if (one?.type !== "text" && one !== undefined) delete one.collation;
  },
  create: (part, see) => {
    const attributes = part.choice.attributes.filter(({ type }) => see.type(type) !== undefined);
    const lines = attributes.map(
      ({ name, type, collation }) =>
        `${q(name)} ${see.type(type)}${collation === undefined ? "" : ` COLLATE ${q(collation)}`}`,
    );
    return [
      `CREATE TYPE ${see.name(part)} AS (${lines.join(", ")})`,
      ...attributes.flatMap(({ name, comment }) =>
        comment === undefined
          ? []
          : [`COMMENT ON COLUMN ${see.name(part)}.${q(name)} IS ${quoteLiteral(comment)}`],
      ),
    ];
  },
  address: (part, see) => `TYPE ${see.name(part)}`,
  owned: true,
  privileges: ["USAGE"],
  identity: (part, see) => ({ kind: "composite type", schema: see.schema(part.schema), name: part.name }),
});

const subtypes: Readonly<Record<string, readonly string[]>> = {
  integer: ["", ", SUBTYPE_OPCLASS = pg_catalog.int4_ops"],
  "double precision": ["", ", SUBTYPE_DIFF = float8mi"],
  text: ["", ', COLLATION = "C"'],
  date: [""],
};

/** CREATE TYPE … AS RANGE. */
export const range = defineSort<{ subtype: string; option: number; multirange?: string }>({
  name: "range",
  kinds: ["range"],
  stage: "before tables",
  type: "ordered",
  choose: ({ random, generator }) => ({
    subtype: random.pick(Object.keys(subtypes)),
    option: random.below(2),
    ...(random.chance(0.6) ? { multirange: generator.freshName() } : {}),
  }),
  create: (part, see) => {
    const { subtype, option, multirange } = part.choice;
    const many = multirange === undefined ? "" : `, MULTIRANGE_TYPE_NAME = ${see.name(part, multirange)}`;
    return [
      `CREATE TYPE ${see.name(part)} AS RANGE (SUBTYPE = ${subtype}${subtypes[subtype]?.[option] ?? ""}${many})`,
    ];
  },
  address: (part, see) => `TYPE ${see.name(part)}`,
  owned: true,
  privileges: ["USAGE"],
  identity: (part, see) => ({ kind: "range", schema: see.schema(part.schema), name: part.name }),
});

const io = (name: string, takes: string, gives: string, body: string) =>
  `CREATE FUNCTION ${name}(${takes}) RETURNS ${gives} LANGUAGE internal IMMUTABLE STRICT AS '${body}'`;

/** A type that is read and written as text is, or a shell that only has a name. */
export const baseType = defineSort<{ isShell: boolean; input: string; output: string; options: string[] }>({
  name: "base type",
  kinds: ["type", "base type"],
  stage: "before tables",
  type: "plain",
  choose: ({ random, generator }) => ({
    isShell: random.chance(0.25),
    input: generator.freshName(),
    output: generator.freshName(),
    options: random.chance(0.5)
      ? []
      : random.some([
          "STORAGE = external",
          "CATEGORY = 'S'",
          "DELIMITER = ';'",
          "DEFAULT = 'it''s'",
          "COLLATABLE = true",
        ]),
  }),
  create: (part, see) => {
    const { isShell, input, output, options } = part.choice;
    const type = see.name(part);
    if (isShell) return [`CREATE TYPE ${type}`];
    const [inward, outward] = [see.name(part, input), see.name(part, output)];
    return [
      `CREATE TYPE ${type}`,
      io(inward, "cstring", type, "textin"),
      io(outward, type, "cstring", "textout"),
      `CREATE TYPE ${type} (${[`INPUT = ${inward}`, `OUTPUT = ${outward}`, ...options].join(", ")})`,
    ];
  },
  address: (part, see) => `TYPE ${see.name(part)}`,
  owned: true,
  identity: (part, see) => ({ kind: "type", schema: see.schema(part.schema), name: part.name }),
});

const collations: readonly { sql: string; since: number }[] = [
  { sql: "lc_collate = 'C', lc_ctype = 'C'", since: 14 },
  { sql: "lc_collate = 'POSIX', lc_ctype = 'C'", since: 14 },
  { sql: "locale = 'C'", since: 14 },
  { sql: "provider = builtin, locale = 'C.UTF-8'", since: 17 },
];

/** CREATE COLLATION. */
export const collation = defineSort<{ sql: string }>({
  name: "collation",
  kinds: ["collation"],
  stage: "before tables",
  choose: ({ random, state }) => ({
    sql: random.pick(collations.filter(({ since }) => since <= state.major)).sql,
  }),
  create: (part, see) => [`CREATE COLLATION ${see.name(part)} (${part.choice.sql})`],
  address: (part, see) => `COLLATION ${see.name(part)}`,
  owned: true,
  identity: (part, see) => ({ kind: "collation", schema: see.schema(part.schema), name: part.name }),
});

/** What a function of these sorts can take. */
export function typeOf(making: Making, ...sorts: readonly string[]): number | undefined {
  return making.random.maybe(earlier(making, ...sorts));
}
