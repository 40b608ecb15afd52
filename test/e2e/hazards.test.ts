import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type DmError, exitCode } from "../../src/error.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { newRevision } from "../../src/project/new.js";
import { planRevision } from "../../src/project/plan.js";
import { withProject, writeSchema } from "../support/project.js";

const table = (columns: string) => ({
  "patient.sql": `CREATE TABLE patient (id int PRIMARY KEY${columns});\n`,
});

/** A column of patients is gone from the schema files. */
function withoutNames(work: (project: Project) => Promise<void>): Promise<void> {
  return withProject({ schema: table(", name text") }, async (project) => {
    await planRevision(project, { message: "patients" });
    await applyRevisions(project, {});
    await writeSchema(project.root, table(""));
    await work(project);
  });
}

describe("a hazard", () => {
  it("DATA_LOSS is not raised by a drop whose data goes to quarantine", async () => {
    await withoutNames(async (project) => {
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "no names" });
      expect(revision?.hazards).toEqual(["BREAKS_OLD_CODE"]);
      expect((await applyRevisions(project, {})).applied).toHaveLength(1);
    });
  });

  it("DATA_LOSS waits for approval when a column is discarded, and nothing has run until then", async () => {
    await withoutNames(async (project) => {
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "no names", discard: true });
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
      expect((await planRevision(project, { message: "twice" })).revisions[0]?.hazards).toBeUndefined();
      await applyRevisions(project, {});
      await rollbackRevisions(project, {});
      await applyRevisions(project, {});
      await writeSchema(project.root, table(""));
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "once" });
      expect(revision?.hazards).toEqual(["BREAKS_OLD_CODE"]);
    });
  });

  it("of a revision without a way back, or of a later version of dm, waits for approval", async () => {
    await withProject({ schema: table("") }, async (project) => {
      const { file } = await newRevision(project, { message: "one way" });
      const text = await readFile(file, "utf8");
      const written = text.replace(
        /\*\/[\s\S]*$/,
        "irreversible: the letters are sent\nhazards: [NEW_CODE]\n*/\n\n-- dm:up\n\nSELECT 1;\n",
      );
      await writeFile(file, written);
      await planRevision(project, { message: "patients" });
      const refused = await applyRevisions(project, { allow: ["new-code"] }).catch((error: DmError) => error);
      expect(refused).toMatchObject({ code: "DM5206", details: ["the letters are sent"] });
      const other = await applyRevisions(project, { allow: ["IRREVERSIBLE"] }).catch(
        (error: DmError) => error,
      );
      expect(other).toMatchObject({ code: "DM5206", exit: exitCode.refused });
      const allow = ["IRREVERSIBLE", "NEW_CODE"];
      expect((await applyRevisions(project, { allow })).applied).toHaveLength(2);
    });
  });

  it("BREAKS_NEW_CODE does not stand above what a way back gives again", async () => {
    await withoutNames(async (project) => {
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "no names" });
      expect(revision?.down.flatMap(hazardsIn)).toEqual([]);
    });
  });

  it("BREAKS_NEW_CODE stands above what a way back takes away", async () => {
    await withProject({ schema: table("") }, async (project) => {
      await planRevision(project, { message: "patients" });
      await writeSchema(project.root, table(", name text"));
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "names" });
      expect(revision?.hazards).toBeUndefined();
      expect(revision?.down.flatMap(hazardsIn)).toEqual([
        { code: "BREAKS_NEW_CODE", what: "column public.patient.name goes" },
      ]);
    });
  });
});
