import { expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { withServerProject, writeSchema } from "../support/project.js";

/** Out of a comment it would be a statement. */
const hostile = `"t
DROP TABLE precious; --"`;

const schema = `
CREATE TABLE precious (id int PRIMARY KEY);
CREATE TABLE ${hostile} (id int PRIMARY KEY, n int, "c
DROP TABLE precious; --" text);
CREATE TYPE "e
DROP TABLE precious; --" AS ENUM ('a');
`;

const changed = schema
  .replace("n int", "n bigint NOT NULL CHECK (n > 0)")
  .replace('--" text', '--" varchar(5)')
  .replace(
    "CREATE TABLE precious (id int PRIMARY KEY)",
    "CREATE TABLE precious (id int PRIMARY KEY, more int)",
  );

it.each(["always", "never"] as const)("names with line breaks never leave a comment (online: %s)", (mode) =>
  withServerProject({ schema: { "a.sql": schema } }, async (plain) => {
    const project = { ...plain, online: { ...plain.online, mode } };
    await planRevision(project, { message: "first" });
    await applyRevisions(project, {});
    await writeSchema(project.root, { "a.sql": changed });
    const { revisions } = await planRevision(project, { message: "second" });
    const allow = ["all"];
    await applyRevisions(project, { allow, cleanup: true });
    expect((await planRevision(project, { message: "third" })).revisions).toEqual([]);
    await rollbackRevisions(project, { target: `-${revisions.length}`, allow });
    const tables = await withDatabase(project.environment.database, (database) =>
      database.query(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
      ),
    );
    expect(tables).toEqual([{ name: "precious" }, { name: "t\nDROP TABLE precious; --" }]);
  }),
);
