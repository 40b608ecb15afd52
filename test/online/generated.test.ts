import { describe, expect, it } from "vitest";
import type { DmError } from "../../src/error.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfPostgres } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { withClinic } from "./clinic.js";

const visits = (more: string) => `CREATE TABLE visit (id int PRIMARY KEY, minutes int${more});`;
const rows = "INSERT INTO visit SELECT i, i FROM generate_series(1, 20) AS i";

describe.each(endsOfPostgres.slice(-1))("a stored generated column of a large table on %s", (postgres) => {
  it("is one rewrite, which says so and waits for approval", { timeout: 300_000 }, () =>
    withClinic(postgres, { schema: visits(""), rows }, async (project) => {
      const seconds = ", seconds int GENERATED ALWAYS AS (minutes * 60) STORED";
      await writeSchema(project.root, { "clinic.sql": visits(seconds) });
      const { revisions } = await planRevision(project, { message: "seconds" });
      expect(revisions).toHaveLength(1);
      const hazards = revisions.flatMap(({ up }) => up.flatMap(hazardsIn));
      expect(hazards.map(({ code }) => code)).toEqual(["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"]);
      expect(hazards[0]?.what).toMatch(/^public\.visit .*\d+ rows, .*(about|under) /);
      const refused = await applyRevisions(project, {}).catch((error: DmError) => error);
      expect(refused).toMatchObject({ code: "DM5206", exit: 3 });
      expect((refused as DmError).next.join()).toContain("--allow TABLE_REWRITE");
      await applyRevisions(project, { allow: ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"] });
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
    }),
  );
});
