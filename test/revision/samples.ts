import type { Revision, Step } from "../../src/revision/revision.js";

export const recallDate: Revision = {
  id: "4f2a9c1b7e03",
  parents: ["a1b2c3d4e5f6"],
  message: "Add a recall date to patients",
  author: "Ana Ruiz <ana@clinic.example>",
  created: "2025-03-04T09:12:45Z",
  kind: "planned",
  phase: "additive",
  plan: "9d1c0b7a",
  dependsOn: ["billing"],
  labels: ["clinic"],
  from: { fingerprint: "sha256:aa", major: 17 },
  to: { fingerprint: "sha256:bb", major: 17, role: "dm_owner" },
  proven: { at: "2025-03-04T09:12:50Z", server: "PostgreSQL 17.2", checks: ["up", "down", "up again"] },
  up: [
    {
      sql: "ALTER TABLE clinic.patient ADD COLUMN recall_on date;",
      comments: ["ACCESS EXCLUSIVE"],
      mode: "transaction",
    },
    { sql: "CREATE INDEX CONCURRENTLY ON clinic.patient (recall_on);", comments: [], mode: "autocommit" },
  ],
  down: [{ sql: "ALTER TABLE clinic.patient DROP COLUMN recall_on;", comments: [], mode: "transaction" }],
};

export function step(sql: string, more: Partial<Step> = {}): Step {
  return { sql, comments: [], mode: "transaction", ...more };
}

/** A revision with the least that a file needs. */
export function bare(more: Partial<Revision> = {}): Revision {
  return {
    id: "0123456789ab",
    parents: [],
    message: "Nothing yet",
    created: "2025-03-04T09:12:45Z",
    kind: "written",
    up: [],
    down: [],
    ...more,
  };
}
