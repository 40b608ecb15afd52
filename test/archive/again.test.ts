import { expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const newest = newestServer();
const before = "CREATE TABLE patient (id int PRIMARY KEY);\n";
/** Tables that need each other, and types and functions which no quarantine has. */
const after = `${before}
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('well', 'ill');
CREATE FUNCTION app.short(app.mood) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT left($1::text, 1)';
CREATE TABLE app.day (at date, mood app.mood NOT NULL, patient int NOT NULL REFERENCES patient, PRIMARY KEY (at, mood)) PARTITION BY RANGE (at);
CREATE TABLE app.a_year PARTITION OF app.day FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX day_short ON app.day (app.short(mood));
CREATE POLICY ill ON app.a_year FOR SELECT TO PUBLIC USING (mood = 'ill');
CREATE VIEW app.moods AS SELECT mood, count(*) FROM app.day GROUP BY mood;
CREATE TABLE app.kept (mood app.mood NOT NULL, since date NOT NULL);
CREATE TABLE app.base (number int GENERATED ALWAYS AS (1) STORED);
CREATE TABLE app.also (own text) INHERITS (app.kept);
ALTER TABLE app.also ADD COLUMN number int GENERATED ALWAYS AS (1) STORED, INHERIT app.base;
`;

it.skipIf(newest === undefined)(
  "tables that hang together come back with their rows when their revision is applied again",
  async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", (_, url) =>
      withProject({ database: url, schema: { "a.sql": before } }, async (project) => {
        const query = (text: string) => withDatabase(url, (database) => database.query(text));
        await planRevision(project, { message: "first" });
        await writeSchema(project.root, { "a.sql": after });
        await planRevision(project, { message: "second", from: "rev:head" });
        await applyRevisions(project, {});
        await query("INSERT INTO patient VALUES (1), (2)");
        await query("INSERT INTO app.day VALUES ('2020-02-02', 'ill', 1), ('2020-03-03', 'well', 2)");
        await query("INSERT INTO app.also (mood, since, own) VALUES ('ill', '2020-02-02', 'x')");
        const rows = () =>
          query(
            "SELECT d.at::text, d.mood, d.patient, k.mood AS other, k.since::text FROM app.day d, app.kept k ORDER BY 1",
          );
        const written = await rows();
        expect(written).toHaveLength(2);
        for (const round of [1, 2]) {
          await rollbackRevisions(project, {});
          expect((await drift(project, {})).changes, `down ${round}`).toEqual([]);
          expect(await query("SELECT to_regnamespace('app') AS app")).toEqual([{ app: null }]);
          await applyRevisions(project, {});
          expect((await drift(project, {})).changes, `up ${round}`).toEqual([]);
          expect(await rows()).toEqual(written);
        }
      }),
    );
  },
);
