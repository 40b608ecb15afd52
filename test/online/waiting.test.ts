import { describe, expect, it } from "vitest";
import type { DmError } from "../../src/error.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { rebase } from "../../src/project/rebase.js";
import { status } from "../../src/project/status.js";
import { statusText } from "../../src/report/text.js";
import { newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { withClinic } from "./clinic.js";

const schema = "CREATE TABLE visit (id int PRIMARY KEY, note text, room int);";
const changed = schema.replace(", note text", "").replace(", room int", ", room int NOT NULL");

describe.skipIf(newestServer() === undefined)("phases that wait", () => {
  it("say for what, and let the next change go first", { timeout: 240_000 }, () =>
    withClinic(newestServer()?.major ?? 0, { schema, rows: "SELECT 1" }, async (project) => {
      const shown = async () => statusText(await status(project));
      await writeSchema(project.root, { "clinic.sql": changed });
      const { revisions } = await planRevision(project, { message: "room" });
      expect(revisions.map(({ phase }) => phase)).toEqual(["constraint", "cleanup"]);
      const [constraint = "", cleanup = ""] = revisions.map(({ id }) => id);
      const [base = ""] = revisions[0]?.parents ?? [];
      expect(await shown()).toContain(
        "waits for the constraint phase, then dm apply --cleanup, when the application's old version is gone",
      );
      await applyRevisions(project, {});
      expect((await status(project)).waiting).toEqual([{ id: cleanup, phase: "cleanup", for: "cleanup" }]);
      expect(await shown()).toContain(
        `plans       room: constraint applied, cleanup not; dm rollback ${base} gives it up`,
      );
      await rollbackRevisions(project, { target: base });
      const again = await status(project);
      expect(again.plans).toEqual([]);
      expect(again.waiting).toEqual([
        { id: constraint, phase: "constraint", for: "apply", isTakenBack: true },
        { id: cleanup, phase: "cleanup", for: "cleanup", after: constraint },
      ]);
      expect(await shown()).toContain("(constraint): taken back; dm apply makes it again");
      await applyRevisions(project, {});

      // What takes the name that only the cleanup sets free cannot go first.
      await writeSchema(project.root, { "clinic.sql": changed.replace("room int", "note int, room int") });
      await planRevision(project, { message: "another note" });
      const refused = await rebase(project, { mine: cleanup }).catch((error: DmError) => error);
      expect(refused).toMatchObject({ code: "DM4128", exit: 3 });
    }),
  );

  it("are moved behind what was planned after them", { timeout: 240_000 }, () =>
    withClinic(
      newestServer()?.major ?? 0,
      { schema, rows: "INSERT INTO visit VALUES (1, 'n', 1)" },
      async (project) => {
        await writeSchema(project.root, { "clinic.sql": changed });
        const [, { id: cleanup = "" } = {}] = (await planRevision(project, { message: "room" })).revisions;
        await applyRevisions(project, {});
        const next = `${changed} CREATE TABLE doctor (id int PRIMARY KEY); CREATE INDEX visit_room ON visit (room);`;
        await writeSchema(project.root, { "clinic.sql": next });
        const { revisions: planned, notes: told } = await planRevision(project, { message: "doctors" });
        expect(told?.at(-1)).toContain(`dm rebase ${cleanup}`);
        const { applied, notes } = await applyRevisions(project, {});
        expect(applied).toEqual([]);
        expect(notes.at(-1)).toContain(`dm rebase ${cleanup}`);
        expect((await status(project)).waiting.at(-1)).toMatchObject({
          for: "behind cleanup",
          after: cleanup,
        });

        const { moved } = await rebase(project, { mine: cleanup });
        expect(moved.flatMap(({ from }) => from)).toEqual([...planned.map(({ id }) => id), cleanup]);
        expect(moved.map(({ isReplanned }) => isReplanned)).not.toContain(true);
        expect((await applyRevisions(project, {})).applied).toHaveLength(planned.length);
        expect((await status(project)).waiting.map((one) => one.for)).toEqual(["cleanup"]);
        await applyRevisions(project, { cleanup: true });
        expect((await planRevision(project, { message: "nothing" })).revisions).toEqual([]);
        expect((await status(project)).drift.changes).toBe(0);
      },
    ),
  );
});
