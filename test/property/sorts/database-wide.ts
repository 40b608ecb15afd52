import { quoteIdentifier as q } from "../../../src/sql/quote.js";
import { defineSort } from "./sort.js";

/** CREATE LANGUAGE, with the handler of PL/pgSQL, and a function in it. */
export const language = defineSort<{ trusted: boolean; validator: boolean; function?: string }>({
  name: "language",
  kinds: ["language"],
  stage: "before tables",
  global: true,
  choose: ({ random, generator }) => ({
    trusted: random.chance(0.5),
    validator: random.chance(0.5),
    ...(random.chance(0.5) ? { function: generator.freshName() } : {}),
  }),
  create: (part, see) => {
    const { trusted, validator } = part.choice;
    const own = part.choice.function;
    return [
      `CREATE ${trusted ? "TRUSTED " : ""}LANGUAGE ${q(part.name)} HANDLER plpgsql_call_handler${validator ? " VALIDATOR plpgsql_validator" : ""}`,
      ...(own === undefined
        ? []
        : [
            `CREATE FUNCTION ${see.name(part, own)}() RETURNS integer LANGUAGE ${q(part.name)} AS 'BEGIN RETURN 1; END'`,
          ]),
    ];
  },
  address: ({ name }) => `LANGUAGE ${q(name)}`,
  owned: true,
  identity: ({ name }) => ({ kind: "language", name }),
});

/** CREATE ACCESS METHOD, with PostgreSQL's own handlers. */
export const accessMethod = defineSort<{ forTables: boolean; table?: string }>({
  name: "access method",
  kinds: ["access method"],
  stage: "before tables",
  global: true,
  choose: ({ random, generator }) => ({
    forTables: random.chance(0.7),
    ...(random.chance(0.5) ? { table: generator.freshName() } : {}),
  }),
  create: (part, see) => {
    const { forTables, table } = part.choice;
    return [
      `CREATE ACCESS METHOD ${q(part.name)} TYPE ${forTables ? "TABLE HANDLER heap_tableam_handler" : "INDEX HANDLER bthandler"}`,
      ...(forTables && table !== undefined
        ? [`CREATE TABLE ${see.name(part, table)} (id integer) USING ${q(part.name)}`]
        : []),
    ];
  },
  address: ({ name }) => `ACCESS METHOD ${q(name)}`,
});

const conversions = [
  "'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
  "'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
];

/** CREATE CONVERSION. */
export const conversion = defineSort<{ form: string }>({
  name: "conversion",
  kinds: ["conversion"],
  stage: "before tables",
  choose: ({ random }) => ({ form: random.pick(conversions) }),
  create: (part, see) => [`CREATE CONVERSION ${see.name(part)} FOR ${part.choice.form}`],
  address: (part, see) => `CONVERSION ${see.name(part)}`,
  owned: true,
  identity: (part, see) => ({ kind: "conversion", schema: see.schema(part.schema), name: part.name }),
});

/** CREATE EXTENSION of those that come with every PostgreSQL here. */
export const extension = defineSort<{ extension: string; uses?: string; follower?: string }>({
  name: "extension",
  kinds: ["extension", "extension dependency"],
  stage: "before tables",
  once: true,
  choose: ({ random, generator }) => ({
    extension: random.pick(["citext", "pg_trgm", "hstore", "btree_gist"]),
    ...(random.chance(0.5) ? { uses: generator.freshName() } : {}),
    ...(random.chance(0.5) ? { follower: generator.freshName() } : {}),
  }),
  create: (part, see) => {
    const { extension: name, uses, follower } = part.choice;
    const type = name === "citext" || name === "hstore" ? see.name(part, name) : undefined;
    return [
      `CREATE EXTENSION ${q(name)} SCHEMA ${q(see.schema(part.schema))}`,
      ...(type === undefined || uses === undefined
        ? []
        : [`CREATE TABLE ${see.name(part, uses)} (id integer, held ${type})`]),
      ...(follower === undefined
        ? []
        : [
            `CREATE FUNCTION ${see.name(part, follower)}() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
            `ALTER FUNCTION ${see.name(part, follower)}() DEPENDS ON EXTENSION ${q(name)}`,
          ]),
    ];
  },
});

const tags = ["CREATE TABLE", "DROP INDEX", "ALTER TABLE", "COMMENT"];

/** CREATE EVENT TRIGGER. */
export const eventTrigger = defineSort<{ event: string; tags: string[]; function: string; enabled: string }>({
  name: "event trigger",
  kinds: ["event trigger"],
  stage: "after tables",
  global: true,
  choose: ({ random, generator }) => {
    const event = random.pick(["ddl_command_start", "ddl_command_end", "sql_drop"]);
    return {
      event,
      tags: random.chance(0.5) ? [] : event === "sql_drop" ? ["DROP TABLE"] : random.some(tags, 2),
      function: generator.freshName(),
      enabled: random.pick(["", "", "DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"]),
    };
  },
  create: (part, see) => {
    const { event, tags: list, enabled } = part.choice;
    const own = see.name(part, part.choice.function);
    const when = list.length === 0 ? "" : ` WHEN TAG IN (${list.map((tag) => `'${tag}'`).join(", ")})`;
    return [
      `CREATE FUNCTION ${own}() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`,
      `CREATE EVENT TRIGGER ${q(part.name)} ON ${event}${when} EXECUTE FUNCTION ${own}()`,
      ...(enabled === "" ? [] : [`ALTER EVENT TRIGGER ${q(part.name)} ${enabled}`]),
    ];
  },
  address: ({ name }) => `EVENT TRIGGER ${q(name)}`,
  identity: ({ name }) => ({ kind: "event trigger", name }),
});
