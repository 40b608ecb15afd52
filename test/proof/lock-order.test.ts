import { describe, expect, it } from "vitest";
import { connect } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer, servers, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const server = newestServer()?.major ?? 0;
const isAbsent = skipAloud(servers().length === 0, "locks of partitioned tables: no server runs");

const partitions = `
  CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (0) TO (100) PARTITION BY LIST (id);
  CREATE TABLE event_1a PARTITION OF event_1 DEFAULT;
  CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM (100) TO (200);`;
const events = (more: string) =>
  `CREATE TABLE event (id int NOT NULL, day int NOT NULL, minutes int${more}) PARTITION BY RANGE (day); ${partitions}`;

/** An application has written to one partition and writes to another while dm waits. */
async function besideWriter(url: string, work: () => Promise<unknown>): Promise<void> {
  const application = await connect(url);
  try {
    await application.script("SET lock_timeout = '200ms'; BEGIN; INSERT INTO event VALUES (1, 150)");
    const worked = work();
    await Promise.race([worked, isWaiting(application)]);
    await application.script("INSERT INTO event VALUES (1, 50); COMMIT");
    await worked;
  } finally {
    await application.close();
  }
}

async function isWaiting(database: Database): Promise<void> {
  for (let found: unknown[] = []; found.length === 0; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    found = await database.query(
      `SELECT FROM pg_locks
       WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
  }
}

describe.skipIf(isAbsent)("a plan that does all at once", () => {
  it("makes and drops what a partitioned table has when those who write to the table are done", async () => {
    const after = `${events(", PRIMARY KEY (id, day)")} CREATE INDEX event_minutes ON event (minutes);`;
    await withTemporaryDatabase(server, (_admin, url) =>
      withProject({ schema: { "a.sql": events("") }, database: url }, async (plain) => {
        const project: Project = { ...plain, online: { ...plain.online, mode: "never" } };
        await planRevision(project, { message: "first" });
        await applyRevisions(project, {});
        await writeSchema(project.root, { "a.sql": after });
        const { revisions } = await planRevision(project, { message: "next" });
        expect(revisions.map(({ phase }) => phase)).toEqual([undefined]);
        const clear = async () => {
          const database = await connect(url);
          await database.script("TRUNCATE event");
          await database.close();
        };
        await besideWriter(url, () => applyRevisions(project, { allow: ["all"] }));
        await clear();
        await besideWriter(url, () => rollbackRevisions(project, { allow: ["all"] }));
        await clear();
      }),
    );
  });
});
