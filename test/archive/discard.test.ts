import { expect, it } from "vitest";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { withProject, writeSchema } from "../support/project.js";

const before = `
CREATE TABLE person (id int, name text, size text, born timestamp, weight numeric, height numeric);
CREATE TABLE letter (id int);
CREATE TABLE note (id int);
`;

it("only what the schema files discard goes for good", { timeout: 120_000 }, async () => {
  await withProject({ schema: { "a.sql": before } }, async (project) => {
    await planRevision(project, { message: "all" });
    await applyRevisions(project, {});
    const left =
      "CREATE TABLE person (id int, born date, weight int, -- @discard\nheight int); -- @discard name\n";
    await writeSchema(project.root, { "a.sql": left, "b.yaml": "discard: [letter]\n" });
    const [revision] = (await planRevision(project, { message: "less" })).revisions;
    const lost = revision?.up.flatMap(hazardsIn).filter(({ code }) => code === "DATA_LOSS");
    expect(lost?.map(({ what }) => what).sort()).toEqual([
      "column public.person.name goes with all it holds",
      "column public.person.weight: the old values are not kept",
      "table public.letter goes with all it holds",
    ]);
    const text = revision?.up.map(({ sql }) => sql).join("\n");
    expect(text).toMatch(/DROP TABLE public.letter;/);
    expect(text).toMatch(/ALTER TABLE public.person RENAME COLUMN size TO dm_archived_/);
    expect(text).toMatch(/ALTER TABLE public.note RENAME TO note_/);
    expect(text).toMatch(/ADD COLUMN dm_archived_\w+_height numeric/);
    expect(text).not.toMatch(/ADD COLUMN dm_archived_\w+_weight/);
  });
});
