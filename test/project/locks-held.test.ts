import { describe, expect, it } from "vitest";
import { connect, withDatabase } from "../../src/database/connect.js";
import { applyRevisions } from "../../src/project/apply.js";
import { newestServer, servers, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { withProject } from "../support/project.js";
import { idOf, writeSketches } from "../support/revisions.js";

const server = newestServer()?.major ?? 0;
const isAbsent = skipAloud(servers().length === 0, "locks while a state is checked: no server runs");

describe.skipIf(isAbsent)("a revision beside those of another branch", () => {
  const mark = { fingerprint: "0".repeat(64), major: server, role: "postgres" };
  const chain = (up: string) => [
    { id: "0", up: "CREATE TABLE visit (id int PRIMARY KEY);", down: "DROP TABLE visit;" },
    { id: "a", parents: ["0"], up: "CREATE TABLE room ();", down: "DROP TABLE room;" },
    { id: "b", parents: ["0"], to: mark, up, down: "ALTER TABLE visit DROP note;" },
  ];

  it("locks nothing while the state that it is to reach is built", async () => {
    await withTemporaryDatabase(server, (_, url) =>
      withProject({ database: url }, async (project) => {
        await writeSketches(project.revisions, chain("ALTER TABLE visit ADD note text;"));
        await applyRevisions(project, { target: idOf("a") });
        const other = await connect(url);
        const held: Promise<unknown[]>[] = [];
        try {
          const progress = (stage: string) => {
            if (!stage.startsWith("replaying")) return;
            held.push(other.query("SELECT mode FROM pg_locks WHERE relation = 'visit'::regclass"));
          };
          await applyRevisions(project, { target: idOf("b"), progress });
          expect(await Promise.all(held)).toEqual([[], [], []]);
        } finally {
          await other.close();
        }
      }),
    );
  });

  it("is rolled back where it does not reach that", async () => {
    const strange = `DO $$ BEGIN
      IF to_regclass('dm.journal') IS NOT NULL THEN CREATE TABLE strange (); END IF;
      ALTER TABLE visit ADD note text;
    END $$;`;
    await withTemporaryDatabase(server, (_, url) =>
      withProject({ database: url }, async (project) => {
        await writeSketches(project.revisions, chain(strange));
        await applyRevisions(project, { target: idOf("a") });
        await expect(applyRevisions(project, { target: idOf("b") })).rejects.toMatchObject({
          code: "DM5303",
        });
        const left = await withDatabase(url, (database) =>
          database.query(
            "SELECT to_regclass('strange') AS strange, count(*)::int AS columns FROM pg_attribute WHERE attrelid = 'visit'::regclass AND attnum > 0",
          ),
        );
        expect(left).toEqual([{ strange: null, columns: 1 }]);
      }),
    );
  });
});
