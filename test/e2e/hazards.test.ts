import { describe, expect, it } from "vitest";
import { type DmError, exitCode } from "../../src/error.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { withProject, writeSchema } from "../support/project.js";

const table = (columns: string) => ({
  "patient.sql": `CREATE TABLE patient (id int PRIMARY KEY${columns});\n`,
});

describe("a hazard", () => {
  it("DATA_LOSS waits for approval when a column goes, and nothing has run until then", async () => {
    await withProject({ schema: table(", name text") }, async (project) => {
      await planRevision(project, { message: "patients" });
      await applyRevisions(project, {});
      await writeSchema(project.root, table(""));
      const { revision } = await planRevision(project, { message: "no names" });
      expect(revision?.hazards).toEqual(["DATA_LOSS", "BREAKS_OLD_CODE"]);

      const refused = await applyRevisions(project, {}).catch((error: DmError) => error);
      expect(refused).toMatchObject({
        code: "DM5206",
        exit: exitCode.refused,
        details: ["column public.patient.name goes with all it holds"],
      });
      expect((await applyRevisions(project, { allow: ["data-loss"] })).applied).toHaveLength(1);
    });
  });

  it("is not raised by a new column or by its way back; a generated column takes no data along", async () => {
    await withProject({ schema: table("") }, async (project) => {
      await planRevision(project, { message: "patients" });
      const generated = ", twice int GENERATED ALWAYS AS (id * 2) STORED";
      await writeSchema(project.root, table(generated));
      expect((await planRevision(project, { message: "twice" })).revision?.hazards).toBeUndefined();
      await applyRevisions(project, {});
      await rollbackRevisions(project, {});
      await applyRevisions(project, {});
      await writeSchema(project.root, table(""));
      const { revision } = await planRevision(project, { message: "once" });
      expect(revision?.hazards).toEqual(["BREAKS_OLD_CODE"]);
    });
  });
});
