import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Unmodelled } from "../../src/catalog/fact.js";
import { diff } from "../../src/diff/diff.js";
import { leftAloneText } from "../../src/report/left-alone.js";
import { summary, tree } from "../../src/report/tree.js";
import {
  app,
  catalog,
  column,
  columnDefault,
  comment,
  fact,
  notNull,
  patient,
  primaryKey,
  view,
  visit,
} from "./samples.js";

function treeOf(current: Catalog, wanted: Catalog): string[] {
  return tree(diff(current, wanted), { current, wanted }).split("\n");
}

const id = column(patient, "id", { type: "bigint" }, 1);
const name = column(patient, "name", { type: "character varying(50)" }, 2);

describe("a tree", () => {
  test("shows a created table with a line for each column, in declared order", () => {
    const born = column(visit, "born", { type: "date" }, 1);
    const at = column(visit, "at", { type: "timestamp with time zone" }, 2);
    const wanted = catalog(
      app,
      visit,
      at,
      born,
      columnDefault(at, "now()"),
      notNull(at),
      primaryKey(visit, "visit_pkey", "PRIMARY KEY (at)"),
      comment(visit, "Who came when"),
      comment(born, "day of birth"),
    );
    expect(treeOf(catalog(app), wanted)).toEqual([
      "schema app",
      "    + table app.visit  -- Who came when",
      "        + column born            date -- day of birth",
      "        + column at              timestamp with time zone NOT NULL DEFAULT now()",
      "        + constraint visit_pkey  PRIMARY KEY (at)",
    ]);
  });

  test("shows what changes of a column as old → new, below its table", () => {
    const after = column(patient, "name", { type: "text" }, 2);
    expect(treeOf(catalog(app, patient, id, name), catalog(app, patient, id, after, notNull(after)))).toEqual(
      [
        "schema app",
        "      table app.patient",
        "        ~ column name",
        "              type: character varying(50) → text",
        "            + not null",
      ],
    );
  });

  test("names a NOT NULL that has a name of its own, and says what else is not usual of it", () => {
    const named = notNull(name, { name: "has_a_name", validated: false });
    expect(treeOf(catalog(app, patient, name), catalog(app, patient, name, named)).slice(2)).toEqual([
      "          column name",
      "            + not null  CONSTRAINT has_a_name NOT NULL NOT VALID",
    ]);
    expect(treeOf(catalog(app, patient), catalog(app, patient, name, named)).slice(2)).toEqual([
      "        + column name  character varying(50) CONSTRAINT has_a_name NOT NULL NOT VALID",
    ]);
  });

  test("says only once what an attribute and its fact have in common", () => {
    const current = catalog(app, patient, name, columnDefault(name, "'x'"), comment(name, "Name"));
    const wanted = catalog(app, patient, name, columnDefault(name, "'y'"), comment(name, "Full name"));
    expect(treeOf(current, wanted).slice(2)).toEqual([
      "          column name",
      "            ~ default  'x' → 'y'",
      "            ~ comment  'Name' → 'Full name'",
    ]);
  });

  test("shows a definition of several lines as a diff of its lines", () => {
    const current = catalog(app, view("adult", " SELECT id,\n    name\n   FROM app.patient\n  WHERE adult"));
    const wanted = catalog(
      app,
      view("adult", " SELECT id,\n    name\n   FROM app.patient\n  WHERE NOT child"),
    );
    expect(treeOf(current, wanted)).toEqual([
      "schema app",
      "    ~ view app.adult",
      "           SELECT id,",
      "              name",
      "             FROM app.patient",
      "        -   WHERE adult",
      "        +   WHERE NOT child",
    ]);
  });

  test("tells what goes with a dropped table without naming each part", () => {
    const current = catalog(app, patient, id, name, primaryKey(patient, "patient_pkey", "PRIMARY KEY (id)"));
    expect(treeOf(current, catalog(app))).toEqual([
      "schema app",
      "    - table app.patient  with 2 columns, 1 constraint",
    ]);
  });

  test("names every table of a dropped schema", () => {
    expect(treeOf(catalog(app, patient, visit), catalog())).toEqual([
      "- schema app",
      "    - table app.patient",
      "    - table app.visit",
    ]);
  });

  test("quotes names as PostgreSQL does", () => {
    const odd = fact(
      { kind: "sequence", schema: "app", name: "Order No" },
      { type: "bigint" },
      { parent: app },
    );
    expect(treeOf(catalog(app), catalog(app, odd))).toEqual([
      "schema app",
      '    + sequence app."Order No"  bigint',
    ]);
  });

  test("tells the parts of an attribute apart", () => {
    const identity = { generation: "always", start: "1", increment: "1" };
    const before = column(patient, "id", { identity: { ...identity } });
    const after = column(patient, "id", { identity: { ...identity, start: "100" } });
    expect(treeOf(catalog(app, patient, before), catalog(app, patient, after)).slice(2)).toEqual([
      "        ~ column id",
      "              identity start: 1 → 100",
    ]);
  });

  test("names the object of a change when no catalog tells more", () => {
    expect(tree([{ type: "drop", current: name }]).split("\n")).toEqual([
      "table app.patient",
      "    - column app.patient.name  character varying(50)",
    ]);
  });

  test("lets no text steer the terminal", () => {
    const wanted = catalog(app, patient, comment(patient, "\u001b[2Jgone\u0007"));
    const drawn = treeOf(catalog(app, patient), wanted).join("\n");
    expect(drawn).toContain("\\x1b[2Jgone\\x07");
    expect(drawn).not.toContain("\u001b");
  });

  test("is empty where nothing changes", () => {
    expect(tree([])).toBe("");
  });
});

test("a summary counts an object once, whatever its parts", () => {
  const other = column(patient, "email", {}, 3);
  const current = catalog(app, patient, name, view("adult", "SELECT 1"));
  const wanted = catalog(app, patient, other, visit, column(visit, "id"));
  expect(summary(diff(current, wanted), { current, wanted })).toBe(
    "created 1 table, 1 column; dropped 1 column, 1 view",
  );
});

const unmodelledText = (unmodelled: readonly Unmodelled[]) => leftAloneText({ unmodelled });

describe("what is not modelled", () => {
  test("is named by kind", () => {
    expect(unmodelledText([{ kind: "partitioned table", name: "app.a" }])).toBe(
      "not modelled yet, left alone: 1 partitioned table: app.a",
    );
    expect(
      unmodelledText([
        { kind: "operator class", name: "app.a" },
        { kind: "operator class", name: "app.b" },
        { kind: "text search dictionary", name: "app.c" },
      ]).split("\n"),
    ).toEqual([
      "not modelled yet, left alone:",
      "  2 operator classes: app.a, app.b",
      "  1 text search dictionary: app.c",
    ]);
  });

  test("is counted where there is much of it", () => {
    const many = Array.from({ length: 25 }, (_, at) => ({ kind: "operator", name: `o${at}` }));
    expect(unmodelledText(many)).toMatch(/25 operators: o0, .*o19 and 5 more$/);
  });

  test("says nothing where there is none", () => {
    expect(unmodelledText([])).toBe("");
  });

  test("names what another tool keeps", () => {
    const leftOut = [{ kind: "table", name: "public.alembic_version", tool: "Alembic" }];
    expect(leftAloneText({ unmodelled: [], leftOut })).toBe(
      "kept by another tool, left alone: table public.alembic_version of Alembic",
    );
  });
});
