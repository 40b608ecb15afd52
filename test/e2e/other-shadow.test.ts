import { expect, test } from "vitest";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { servers, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const oldest = servers()[0]?.major ?? 0;

/** What versions print otherwise or keep elsewhere: columns of views, NOT NULL, keys, defaults, bodies, partitions. */
const schema = (type: string, label: string) => `
CREATE TYPE state AS ENUM ('new'${label}, 'done');
CREATE TABLE patient (id ${type} GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL DEFAULT 'x' CHECK (name <> ''),
  at timestamptz NOT NULL DEFAULT now(), state state NOT NULL DEFAULT 'new', twice ${type} GENERATED ALWAYS AS (length(name) * 2) STORED, UNIQUE (name, at));
CREATE TABLE visit (id serial, patient ${type} NOT NULL REFERENCES patient, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE visit_24 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX visit_at ON visit (at);
CREATE VIEW recent AS SELECT p.id, p.name FROM patient p WHERE p.at > now() - interval '1 day' AND p.state IN ('new');
CREATE VIEW known AS SELECT name, count(*) AS n FROM patient GROUP BY name HAVING count(*) > 1;
CREATE FUNCTION named(wanted text) RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM patient WHERE name = wanted; END;
`;

test.skipIf(skipAloud(oldest === 0 || oldest === 18, "a shadow of another version: no older server runs"))(
  "what a shadow of another version prints otherwise is no difference",
  { timeout: 120_000 },
  async () => {
    await withTemporaryDatabase(oldest, (_, database) =>
      withProject(
        { database, shadow: "pglite", schema: { "x.sql": schema("integer", "") } },
        async (project) => {
          const plan = async (message: string) => (await planRevision(project, { message })).changes;
          expect(await plan("first")).not.toEqual([]);
          await applyRevisions(project, {});
          expect(await plan("again")).toEqual([]);
          expect((await drift(project)).changes).toEqual([]);
          await writeSchema(project.root, { "x.sql": schema("bigint", ", 'old'") });
          expect(await plan("second")).not.toEqual([]);
          await applyRevisions(project, { allow: ["all"] });
          expect(await plan("again")).toEqual([]);
          expect((await drift(project)).changes).toEqual([]);
          await rollbackRevisions(project, { allow: ["all"] });
          expect((await drift(project)).changes).toEqual([]);
        },
      ),
    );
  },
);
