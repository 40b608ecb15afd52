import { describe, expect, test } from "vitest";
import { keepingPlan } from "../../src/archive/ways.js";
import type { Catalog } from "../../src/catalog/catalog.js";
import { type FactId, factId } from "../../src/catalog/identity.js";
import type { Database } from "../../src/database/database.js";
import type { Annotation } from "../../src/desired/state.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { openParser } from "../../src/parse/parser.js";
import type { PlannedStatement } from "../../src/plan/plan.js";
import { plannerTowards } from "../../src/project/amid.js";
import { findDetours, type Journey, partsOf } from "../../src/project/phases.js";
import type { Workbench } from "../../src/project/workbench.js";
import { normalForm } from "../../src/proof/build.js";
import { runStatements } from "../../src/proof/run.js";
import { raw } from "../../src/sql/sql.js";
import { openShadow } from "../corpus/open-shadow.js";
import { Random } from "../property/random.js";
import { eachPostgres, newestServer } from "../support/databases.js";
import { withProject } from "../support/project.js";

/** `DM_SEED=… DM_ROUNDS=…` replay or go on. */
const first = Number(process.env.DM_SEED ?? 1);
const rounds = Number(process.env.DM_ROUNDS ?? 12);

/** A change of type, values that can be changed, and a value that new code writes. */
interface Pair {
  readonly from: string;
  readonly to: string;
  readonly values: readonly string[];
  readonly later: string;
  /** The value of `-- @using`; `?` stands for the column. */
  readonly using?: string;
  /** What a column has by the change where it is no cast. */
  readonly cast?: string;
}

const pairs: readonly Pair[] = [
  { from: "numeric", to: "int", values: ["1.5", "-2.25", "1e6", "3"], later: "7" },
  { from: "numeric(10,2)", to: "numeric(8,1)", values: ["12.34", "0.05", "100"], later: "7.5" },
  { from: "double precision", to: "real", values: ["0.1", "123456.789", "-1"], later: "2.5" },
  { from: "double precision", to: "int", values: ["1.5", "-2.5", "3"], later: "7" },
  { from: "real", to: "bigint", values: ["1.5", "-2.5", "3"], later: "7" },
  { from: "int", to: "bigint", values: ["1", "-2147483648", "77"], later: "5000000" },
  { from: "smallint", to: "numeric(7,2)", values: ["1", "-32768"], later: "9" },
  { from: "int", to: "text", values: ["1", "-5", "77"], later: "12" },
  { from: "bigint", to: "int", values: ["1", "-5"], later: "9" },
  { from: "text", to: "int", values: ["007", " 12 ", "+5"], later: "33" },
  { from: "text", to: "int", values: ["ä", "abc", ""], later: "33", using: "length(?)" },
  { from: "text", to: "varchar(2)", values: ["abc", "x", ""], later: "yz", using: "left(?, 2)" },
  { from: "varchar(20)", to: "varchar(5)", values: ["abcde", "a  ", "x"], later: "q" },
  { from: "text", to: "character(4)", values: ["ab ", "abcd", ""], later: "zz" },
  { from: "character(4)", to: "text", values: ["ab", "abcd"], later: "zz" },
  {
    from: "text",
    to: "uuid",
    values: ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"],
    later: "a0eebc999c0b4ef8bb6d6bb9bd380a12",
  },
  { from: "text", to: "boolean", values: ["yes", "f", "1"], later: "true" },
  {
    from: "timestamp",
    to: "date",
    values: ["2020-02-02 03:04:05.6", "infinity", "1999-12-31"],
    later: "2030-01-01",
  },
  {
    from: "timestamptz",
    to: "timestamp",
    values: ["2020-07-02 03:04:05+09", "1999-12-31 00:00+00"],
    later: "2030-01-01",
  },
  {
    from: "timestamp(6)",
    to: "timestamp(0)",
    values: ["2020-02-02 03:04:05.6", "1999-12-31"],
    later: "2030-01-01",
  },
  { from: "date", to: "timestamp", values: ["2020-02-02", "infinity"], later: "2030-01-01 05:00" },
  { from: "date", to: "timestamptz", values: ["2020-02-02", "1999-12-31"], later: "2030-01-01 00:00+00" },
  { from: "time", to: "interval", values: ["01:02:03.4", "23:00"], later: "05:00" },
  { from: "interval", to: "text", values: ["1 day 02:03", "-3 mons"], later: "5 days" },
  { from: "json", to: "jsonb", values: ['{"a": 1,  "a": 2}', "[1.0]"], later: "{}" },
  { from: "jsonb", to: "json", values: ['{"a": 1}', "null"], later: "[]" },
  { from: "boolean", to: "int", values: ["true", "false"], later: "1" },
  { from: "int", to: "boolean", values: ["0", "1", "77"], later: "false" },
  { from: "inet", to: "cidr", values: ["10.0.0.0/8", "10.1.2.3"], later: "10.2.0.0/16" },
  { from: "int[]", to: "bigint[]", values: ["{1,NULL,3}", "{}"], later: "{9}" },
  { from: "numeric[]", to: "int[]", values: ["{1.5,NULL}", "{}"], later: "{9}" },
  { from: "bytea", to: "text", values: ["\\x00ff", "\\x"], later: "\\x41" },
  { from: "mood", to: "text", values: ["well", "ill"], later: "ill" },
  { from: "mood[]", to: "text[]", values: ["{well,NULL}", "{}"], later: "{ill}" },
  { from: "text", to: "mood", values: ["well", "ill"], later: "ill" },
  { from: "small", to: "int", values: ["3", "9"], later: "5" },
  { from: "text", to: "small", values: ["03", "9"], later: "5" },
  { from: "int4range", to: "text", values: ["[1,5)", "empty"], later: "[2,3)" },
  { from: "point", to: "text", values: ["(1,2)", "(0.5,-3)"], later: "(3,4)" },
  { from: "bit(4)", to: "bit varying(4)", values: ["1010", "0000"], later: "1111" },
  { from: "money", to: "numeric", values: ["1.25", "-3"], later: "5.50" },
  { from: "bigint", to: "smallint", values: ["1", "-5"], later: "9" },
  { from: "real", to: "numeric(6,1)", values: ["0.25", "12.5"], later: "7.5" },
  { from: "numeric(10,2)", to: "text", values: ["1.50", "-0.01"], later: "2.25" },
  { from: "interval", to: "time", values: ["1 day 02:03", "-1 hour"], later: "05:00" },
  { from: "timetz", to: "time", values: ["01:02:03+05", "23:00+00"], later: "05:00" },
  { from: "timestamptz", to: "date", values: ["2020-07-02 03:04:05+09", "infinity"], later: "2030-01-01" },
  { from: "xml", to: "text", values: ["<a/>", "<b>ä</b>"], later: "<c/>" },
  { from: "jsonb", to: "text", values: ['{"a": 1}', "null"], later: "[]" },
  { from: "tsvector", to: "text", values: ["'a':1 'b':2", ""], later: "'z'" },
  { from: "tsquery", to: "text", values: ["'a' & 'b'"], later: "'z'" },
  { from: "daterange", to: "text", values: ["[2020-01-01,2020-02-01)", "empty"], later: "[2021-01-01,)" },
  {
    from: "macaddr",
    to: "macaddr8",
    values: ["08:00:2b:01:02:03"],
    later: "08:00:2b:ff:fe:01:02:04",
  },
  { from: "pg_lsn", to: "text", values: ["16/B374D848", "0/0"], later: "0/1" },
  { from: "circle", to: "text", values: ["<(1,2),3>"], later: "<(0,0),1>" },
  { from: "name", to: "varchar(3)", values: ["abc", ""], later: "xyz" },
];

interface Column {
  readonly name: string;
  readonly pair: Pair;
  readonly fate: "retyped" | "kept" | "dropped";
  readonly values: readonly (string | null)[];
  readonly notNull: boolean;
  readonly index: boolean;
}

interface Scene {
  readonly columns: readonly Column[];
  readonly before: string;
  readonly after: string;
  readonly annotations: readonly Annotation[];
  readonly using: ReadonlyMap<string, string>;
}

const quoted = (value: string | null) => (value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`);
const rowCount = 5;
const types = `CREATE TYPE mood AS ENUM ('well', 'ill'); CREATE DOMAIN small AS int CHECK (value < 100);\n`;

const reordered = types.replace("('well', 'ill')", "('ill', 'well')");
const ofMood = pairs.filter(({ from, to }) => /mood/.test(from + to));

function scene(random: Random): Scene {
  const isReordered = random.chance(0.4);
  const columns = Array.from({ length: 2 + random.below(4) }, (_, at): Column => {
    const pair = random.pick(isReordered && random.chance(0.4) ? ofMood : pairs);
    const notNull = random.chance(0.4);
    const value = () => (!notNull && random.chance(0.2) ? null : random.pick(pair.values));
    return {
      name: at === 1 ? `Odd "${at}` : `c${at}`,
      pair,
      fate: random.pick(["retyped", "retyped", "retyped", "kept", "dropped"] as const),
      values: Array.from({ length: rowCount }, value),
      notNull,
      index: random.chance(0.3) && !/json|point|xml|circle/.test(pair.from + pair.to),
    };
  });
  const isAdding = random.chance(0.5);
  const table = (isAfter: boolean) => {
    const list = columns.filter(({ fate }) => !isAfter || fate !== "dropped");
    const definitions = list.map(({ name, pair, fate, notNull }) => {
      const type = isAfter && fate === "retyped" ? pair.to : pair.from;
      return `${own(name)} ${type}${notNull ? " NOT NULL" : ""}`;
    });
    const added = isAfter && isAdding ? ["twice int NOT NULL"] : [];
    const indexes = list
      .filter(({ index }) => index)
      .map(({ name }) => `CREATE INDEX ${own(`${name}_idx`)} ON t (${own(name)});\n`);
    return `CREATE TABLE t (${["id int PRIMARY KEY", "other int", ...definitions, ...added].join(", ")});\n${indexes.join("")}`;
  };
  const gone = "CREATE TABLE gone (id int PRIMARY KEY, t int REFERENCES t, text text);\n";
  const target = (name: string) => ({ kind: "column", schema: "public", on: "t", name });
  const at = { file: "a.sql", line: 1, column: 1 };
  const told = columns.filter(({ fate, pair }) => fate === "retyped" && pair.using !== undefined);
  const using = new Map(told.map(({ name, pair }) => [name, (pair.using ?? "").replaceAll("?", own(name))]));
  return {
    columns,
    before: types + table(false) + gone,
    after: (isReordered ? reordered : types) + table(true) + (random.chance(0.5) ? gone : ""),
    using,
    annotations: [
      ...[...using].map(
        ([name, argument]): Annotation => ({ name: "using", argument, target: target(name), at }),
      ),
      ...(isAdding ? [{ name: "backfill", argument: "id * 2", target: target("twice"), at } as const] : []),
    ],
  };
}

const own = (name: string) => `"${name.replaceAll('"', '""')}"`;
const textOf = async (database: Database, value: string): Promise<string | null> =>
  (await database.query<{ text: string | null }>(`SELECT (${value})::text AS text`))[0]?.text ?? null;

/** Each value of the columns as PostgreSQL prints it, by its row. */
async function valuesIn(
  database: Database,
  columns: readonly string[],
): Promise<Map<number, (string | null)[]>> {
  const list = columns.map((name) => `${own(name)}::text`).join(", ");
  const rows = await database.query<{ id: number; row: (string | null)[] }>(
    `SELECT id, json_build_array(${list}) AS row FROM t`,
  );
  return new Map(rows.map(({ id, row }) => [id, row]));
}

/** What a value of a column is after the change: by SQL of the test's own. */
function changed({ pair, name, fate }: Column, value: string | null, using: Scene["using"]): string {
  const literal = `${quoted(value)}::${pair.from}`;
  if (fate !== "retyped") return literal;
  const told = using.get(name);
  if (told !== undefined) return `(SELECT ${told} FROM (SELECT ${literal} AS ${own(name)}) r)::${pair.to}`;
  return converted(literal, pair.from, pair.to);
}

const byText = new Set(["time interval", "inet cidr", "text mood", "small int", "text small"]);
const converted = (value: string, from: string, to: string) =>
  byText.has(`${from} ${to}`) ? `${value}::text::${to}` : `${value}::${to}`;

async function play(
  ground: Workbench,
  database: Database,
  random: Random,
  isPhased: boolean,
): Promise<string[]> {
  const mode = isPhased ? "always" : "never";
  const bench = {
    ...ground,
    project: { ...ground.project, online: { ...ground.project.online, mode, rows: 0, bytes: 0 } as const },
  };
  const { columns, before, after, annotations, using } = scene(random);
  const load = async (text: string): Promise<Catalog> => {
    const catalog = await database.trial(async () => {
      await database.script(text);
      return introspectHere(database);
    });
    return bench.normalize(catalog);
  };
  const [current, wanted] = [await load(before), await load(after)];
  const journey: Journey = {
    ...{ current, wanted, there: current, annotations, isDiscarded: () => false, sizes: () => undefined },
    using: (id) =>
      annotations.find(({ name, target }) => name === "using" && factId(target) === id)?.argument,
  };
  const direct = keepingPlan(plannerTowards(bench, journey), current, wanted, {
    revision: "0123456789ab",
    isTold: (id: FactId) => journey.using(id) !== undefined,
  });
  const blocking = new Map(direct.up.map((one) => [one, [{ code: "TABLE_REWRITE", what: "" }] as const]));
  const detours = await findDetours(bench, journey, direct.up, { hazards: blocking, ifLarge: {} });
  const parts: readonly {
    up: readonly PlannedStatement[];
    down: readonly PlannedStatement[];
    phase?: string;
  }[] = detours.length === 0 ? [direct] : await partsOf(bench, journey, detours);

  const problems: string[] = [];
  const names = columns.map(({ name }) => name);
  const left = columns.filter(({ fate }) => fate !== "dropped");
  const run = (statements: readonly PlannedStatement[]) =>
    runStatements(
      database,
      statements.map(({ sql, ...one }) => ({ ...one, sql: raw(sql.text.replace(/ CONCURRENTLY/, "")) })),
    );
  const compare = async (
    leg: string,
    list: readonly Column[],
    expected: (column: Column, row: number) => Promise<string | null>,
  ) => {
    const found = await valuesIn(
      database,
      list.map(({ name }) => name),
    );
    for (let row = 0; row < rowCount; row++) {
      for (const [at, column] of list.entries()) {
        const [value, now] = [await expected(column, row), found.get(row)?.[at]];
        if (now !== value)
          problems.push(
            `${leg}: ${column.name} (${column.pair.from} to ${column.pair.to}) of row ${row} is ${now}, not ${value}`,
          );
      }
    }
  };
  await database.trial(async () => {
    await database.script(before);
    for (let row = 0; row < rowCount; row++) {
      const values = columns.map(({ values: all }) => quoted(all[row] ?? null));
      await database.script(
        `INSERT INTO t (id, other${names.map((name) => `, ${own(name)}`).join("")}) VALUES (${[row, 0, ...values].join(", ")})`,
      );
    }
    await database.script("INSERT INTO gone VALUES (1, 1, 'a'), (2, NULL, NULL)");
    const began = await valuesIn(database, names);
    for (const [at, { up }] of parts.entries()) {
      await run(up);
      // Somebody writes another column of a row all the while: its values are its own all the same.
      await database.script(`UPDATE t SET other = ${at + 1} WHERE id = 1`);
    }
    await compare("up", left, (column, row) =>
      textOf(database, changed(column, column.values[row] ?? null, using)),
    );
    const twice = annotations.some(({ name }) => name === "backfill") ? ", twice" : "";
    const later = left.map(
      ({ pair, fate }) =>
        `${quoted(fate === "retyped" ? pair.later : (pair.values[0] ?? null))}::${fate === "retyped" ? pair.to : pair.from}`,
    );
    await database.script(
      `INSERT INTO t (id, other${left.map(({ name }) => `, ${own(name)}`).join("")}${twice}) VALUES (${["99", "0", ...later, ...(twice === "" ? [] : ["1"])].join(", ")})`,
    );
    const written = left.find(({ fate }) => fate === "retyped");
    if (written !== undefined) {
      const value = `${quoted(written.pair.later)}::${written.pair.to}`;
      await database.script(`UPDATE t SET ${own(written.name)} = ${value} WHERE id = 2`);
    }
    // What NOT NULL forbids on the way back has nothing to do with values that came.
    for (const { name, fate, notNull, values } of columns.filter((one) => one.fate === "dropped")) {
      if (fate !== "dropped" || !notNull) continue;
      await database.script(
        `DO $$ BEGIN EXECUTE (SELECT format('UPDATE t SET %I = ${quoted(values[0] ?? null).replaceAll("'", "''")} WHERE id = 99', attname)
         FROM pg_attribute WHERE attrelid = 't'::regclass AND attname ~ '^dm_archived' AND right(attname, ${name.length}) = ${quoted(name)}); END $$`,
      );
    }
    for (const { down } of parts.toReversed()) await run(down);
    await compare("down", columns, async (column, row) => {
      const { from, to, later: value } = column.pair;
      const original = began.get(row)?.[columns.indexOf(column)] ?? null;
      if (column !== written || row !== 2) return original;
      const now = await textOf(database, `${quoted(value)}::${to}`);
      // Who writes what is there writes nothing.
      if (now === (await textOf(database, changed(column, column.values[row] ?? null, using))))
        return original;
      return textOf(database, converted(`${quoted(value)}::${to}`, to, from));
    });
    const [row] = await database.query<{ n: number; gone: number }>(
      "SELECT (SELECT count(*)::int FROM t) AS n, (SELECT count(*)::int FROM gone) AS gone",
    );
    if (row?.n !== rowCount + 1 || row.gone !== 2) problems.push(`rows: ${JSON.stringify(row)}`);
  });
  return problems;
}

const newest = newestServer()?.major;
const places = eachPostgres.filter((postgres) => postgres === "pglite" || postgres === newest);

describe.each(places)("on %s", (postgres) => {
  const open = openShadow(postgres);

  test(`values come there and back in ${rounds} random changes, seed ${first}`, {
    timeout: 1_800_000,
  }, async () => {
    const { shadow, base } = open();
    await withProject({}, async (project) => {
      const bench: Workbench = {
        ...{ project, shadow, base, target: shadow.database, progress: () => undefined },
        parser: await openParser(shadow.database.version.major),
        normalize: (catalog) => normalForm(shadow, base, catalog),
        whatIsThere: async () => base,
      };
      const failures: string[] = [];
      for (let seed = first; seed < first + rounds; seed++) {
        try {
          const problems = await play(bench, shadow.database, new Random(seed), seed % 2 === 0);
          failures.push(...problems.map((one) => `DM_SEED=${seed} DM_ROUNDS=1: ${one}`));
        } catch (error) {
          failures.push(
            `DM_SEED=${seed} DM_ROUNDS=1: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }
      expect(failures).toEqual([]);
    });
  });
});
