import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { openPglite } from "../../src/database/pglite.js";
import { loadDesired } from "../../src/desired/load.js";
import { readDesired } from "../../src/desired/read.js";
import { diff } from "../../src/diff/diff.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { openParser, type Parser } from "../../src/parse/parser.js";
import { plan } from "../../src/plan/plan.js";
import { type SchemaText, writeSchemaFiles } from "../../src/pull/pull.js";

let database: Database;
let parser: Parser;
let base: Catalog;

beforeAll(async () => {
  database = await openPglite();
  parser = await openParser(database.version.major);
  base = await introspect(database);
});
afterAll(() => database.close());

const here = import.meta.dirname;
const catalogOf = (script: string) =>
  database.trial(async () => {
    await database.script(script);
    return introspectHere(database);
  });

/** What the files build when they are loaded as a desired state. */
async function loaded(files: readonly SchemaText[]): Promise<Catalog> {
  const directory = await mkdtemp(path.join(tmpdir(), "dm-pull-"));
  try {
    for (const { path: name, text } of files) {
      const file = path.join(directory, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text, { flag: "wx" });
    }
    const state = await readDesired(directory, parser);
    return await database.trial(async () => {
      await loadDesired(state, database);
      return introspectHere(database);
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/**
 * What is left of a state when PostgreSQL reads its own output: `(a AND b) AND c` becomes `a AND b AND c`.
 */
function settled(catalog: Catalog): Promise<Catalog> {
  const roles = new Set(catalog.ofKind("privilege").map(({ identity }) => identity.name ?? "public"));
  for (const { attributes } of catalog.ofKind("owner")) roles.add(attributes.role);
  for (const { attributes } of catalog.ofKind("policy")) for (const role of attributes.roles) roles.add(role);
  const created = [...roles].filter((role) => role !== "public" && !role.startsWith("pg_"));
  return database.trial(async () => {
    for (const role of created) await database.script(`CREATE ROLE "${role}"`);
    await database.script("SET LOCAL check_function_bodies = off");
    for (const { sql } of plan(base, catalog)) await database.script(sql.text);
    return introspectHere(database);
  });
}

async function expectSame(files: readonly SchemaText[], wanted: Catalog): Promise<void> {
  const got = await loaded(files);
  const changes = diff(got, wanted);
  expect(changes.length === 0 ? [] : diff(await settled(got), await settled(wanted))).toEqual([]);
}

describe.each(["sql", "yaml"] as const)("a catalog as %s files", (format) => {
  test("loads again to the same catalog, whatever it holds and however it is called", async () => {
    const wanted = await catalogOf(readFileSync(path.join(here, "every-kind.sql"), "utf8"));
    expect(wanted.unmodelled).toEqual([]);
    await expectSame(writeSchemaFiles(wanted, base, format), wanted);
  });

  test("is the same text for the same catalog", async () => {
    const script = readFileSync(path.join(here, "every-kind.sql"), "utf8");
    const [first, second] = [await catalogOf(script), await catalogOf(script)];
    expect(writeSchemaFiles(second, base, format)).toEqual(writeSchemaFiles(first, base, format));
  });

  test("of an empty database is no file", () => {
    expect(writeSchemaFiles(base, base, format)).toEqual([]);
  });

  test("of the sample schema loads again to the same catalog", async () => {
    const state = await readDesired(path.join(here, "../../schema"), parser);
    const wanted = await database.trial(async () => {
      await loadDesired(state, database);
      return introspectHere(database);
    });
    await expectSame(writeSchemaFiles(wanted, base, format), wanted);
  });
});

test("an object's file holds all that hangs on it", async () => {
  const wanted = await catalogOf(`
    CREATE SCHEMA app;
    CREATE TABLE app.patient (id serial PRIMARY KEY, name text);
    CREATE INDEX patient_name_idx ON app.patient (name);
    COMMENT ON COLUMN app.patient.name IS 'as on the card';
    CREATE FUNCTION app.age(integer) RETURNS integer LANGUAGE sql RETURN $1;
    CREATE FUNCTION app.age(text) RETURNS integer LANGUAGE sql RETURN 1;
  `);
  const files = new Map(writeSchemaFiles(wanted, base, "sql").map((file) => [file.path, file.text]));
  expect([...files.keys()]).toEqual(["app/functions/age.sql", "app/schema.sql", "app/tables/patient.sql"]);
  expect(files.get("app/tables/patient.sql")).toBe(
    [
      "CREATE SEQUENCE app.patient_id_seq AS integer;",
      "",
      "CREATE TABLE app.patient (",
      "  id integer NOT NULL DEFAULT nextval('app.patient_id_seq'::regclass),",
      "  name text,",
      "  CONSTRAINT patient_pkey PRIMARY KEY (id)",
      ");",
      "",
      "ALTER SEQUENCE app.patient_id_seq OWNED BY app.patient.id;",
      "",
      "CREATE INDEX patient_name_idx ON app.patient USING btree (name);",
      "",
      "COMMENT ON COLUMN app.patient.name IS 'as on the card';",
      "",
    ].join("\n"),
  );
});

test("a table in YAML says in words what YAML has words for", async () => {
  const wanted = await catalogOf(`
    CREATE TABLE patient (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL,
      born date CONSTRAINT has_birthday NOT NULL,
      visits integer NOT NULL DEFAULT 0 CHECK (visits >= 0)
    );
    CREATE INDEX patient_name_idx ON patient (name);
  `);
  expect(writeSchemaFiles(wanted, base, "yaml")).toEqual([
    {
      path: "public/tables/patient.yaml",
      text: `schema: public
tables:
  patient:
    columns:
      id:
        type: bigint
        identity: always
      name: text NOT NULL
      born:
        type: date
        not_null: has_birthday
      visits:
        type: integer
        nullable: false
        default: 0
    primary_key: [id]
    checks:
      patient_visits_check: visits >= 0
    indexes:
      patient_name_idx: [name]
`,
    },
  ]);
});

test("YAML has words for what is not valid, not enforced or not inherited", async () => {
  const wanted = await catalogOf(`
    CREATE TABLE patient (id bigint PRIMARY KEY, name text, born date, died date CONSTRAINT ended NOT NULL NO INHERIT,
      CONSTRAINT told CHECK (died > born) NOT ENFORCED);
    ALTER TABLE patient ADD NOT NULL name NOT VALID;
    ALTER TABLE patient ADD CONSTRAINT has_birthday NOT NULL born NOT VALID;
    ALTER TABLE patient ADD CONSTRAINT later CHECK (id > 0) NOT VALID;
    ALTER TABLE patient ADD mother bigint CONSTRAINT mother REFERENCES patient NOT ENFORCED;
  `);
  const [file, ...others] = writeSchemaFiles(wanted, base, "yaml");
  expect(others).toEqual([]);
  expect(file?.text).toBe(`schema: public
tables:
  patient:
    columns:
      id: bigint NOT NULL
      name:
        type: text
        not_null:
          not_valid: true
      born:
        type: date
        not_null:
          name: has_birthday
          not_valid: true
      died:
        type: date
        not_null:
          name: ended
          no_inherit: true
      mother: bigint
    primary_key: [id]
    checks:
      later:
        expression: id > 0
        not_valid: true
      told:
        expression: died > born
        enforced: false
    foreign_keys:
      mother:
        columns: [mother]
        references: public.patient(id)
        enforced: false
`);
  await expectSame(writeSchemaFiles(wanted, base, "yaml"), wanted);
});
