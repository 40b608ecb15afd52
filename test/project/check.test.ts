import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Base } from "../../src/project/check/base.js";
import { checkOn } from "../../src/project/check/check.js";
import type { Finding } from "../../src/project/check/finding.js";
import { openProject, type Project } from "../../src/project/config.js";
import type { Workbench } from "../../src/project/workbench.js";
import { replaceRevisions, restoreFiles, surveyRevisions, writeSum } from "../../src/revision/directory.js";
import { formatRevision } from "../../src/revision/format.js";
import { revisionFileName } from "../../src/revision/name.js";
import { sumOf } from "../../src/revision/sum.js";
import { revisionTexts } from "../../src/revision/texts.js";
import { idOf, openBench, revisionOf, type Sketch, writeSketches } from "../support/revisions.js";

const planned = { kind: "planned" } as const;

const chain: readonly Sketch[] = [
  {
    ...planned,
    id: "0",
    up: "CREATE TABLE patient (id bigint PRIMARY KEY, name text NOT NULL);",
    down: "DROP TABLE patient;",
  },
  {
    ...planned,
    id: "1",
    parents: ["0"],
    up: "CREATE TABLE visit (id bigint PRIMARY KEY, patient bigint REFERENCES patient ON DELETE CASCADE);\nCREATE INDEX visit_patient ON visit (patient);",
    down: "DROP TABLE visit;",
  },
  {
    ...planned,
    id: "2",
    parents: ["1"],
    up: "ALTER TABLE patient ADD email text;\nCREATE INDEX patient_email ON patient (email);",
    down: "DROP INDEX patient_email;\nALTER TABLE patient DROP email;",
  },
  {
    ...planned,
    id: "3",
    parents: ["2"],
    up: "CREATE VIEW roster AS SELECT id, name FROM patient;",
    down: "DROP VIEW roster;",
  },
];
const schema = `
CREATE TABLE patient (id bigint PRIMARY KEY, name text NOT NULL, email text);
CREATE INDEX patient_email ON patient (email);
CREATE TABLE visit (id bigint PRIMARY KEY, patient bigint REFERENCES patient ON DELETE CASCADE);
CREATE INDEX visit_patient ON visit (patient);
CREATE VIEW roster AS SELECT id, name FROM patient;
`;

let root: string;
let healthy: string;
let project: Project;
let bench: Workbench;
let close: () => Promise<void>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dm-check-"));
  vi.stubEnv("XDG_CACHE_HOME", join(root, "cache"));
  healthy = join(root, "healthy");
  await mkdir(join(healthy, "schema"), { recursive: true });
  await writeFile(join(healthy, "schema/app.sql"), schema);
  await writeSketches(join(healthy, "revisions"), chain);
  project = await openProject({ cwd: healthy, database: `pglite:${root}/none` });
  ({ bench, close } = await openBench(project));
}, 300_000);

afterAll(async () => {
  await close();
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

let count = 0;

/** A copy of the healthy project with something planted in it. */
async function planted(fault: (at: Plot) => Promise<unknown>): Promise<readonly Finding[]> {
  const copy = join(root, String(count++));
  await cp(healthy, copy, { recursive: true });
  const names = await readdir(join(copy, "revisions"));
  await fault({ root: copy, revisions: join(copy, "revisions"), names });
  return findings(copy);
}

async function findings(at: string, lint = false, base?: Base): Promise<readonly Finding[]> {
  const revisions = join(at, "revisions");
  const there = { ...project, root: at, revisions, schema: join(at, "schema") };
  const result = await checkOn({ ...bench, project: there }, await surveyRevisions(revisions), base, {
    lint,
  });
  return result.findings;
}

interface Plot {
  readonly root: string;
  readonly revisions: string;
  readonly names: readonly string[];
}

type Fault = (at: Plot) => Promise<unknown>;

const fileOf = ({ revisions, names }: Plot, id: string) =>
  join(revisions, names.find((name) => name.includes(`_${idOf(id)}_`)) ?? "");

/** Edits a file by hand. */
const edits =
  (id: string, from: string | RegExp, to: string): Fault =>
  async (plot) => {
    const file = fileOf(plot, id);
    const text = await readFile(file, "utf8");
    const edited = text.replace(from, to);
    expect(edited).not.toBe(text);
    await writeFile(file, edited);
  };

/** Makes dm.sum fit whatever the files are, as who has the same program can. */
const forged =
  (fault: Fault): Fault =>
  async (plot) => {
    await fault(plot);
    await writeSum(plot.revisions, sumOf((await surveyRevisions(plot.revisions)).texts));
  };

/** Writes other steps into a revision, with dm.sum to fit. */
const rewritten = (id: string, change: Partial<Sketch>): Fault =>
  forged(async (plot) => {
    const at = chain.findIndex((sketch) => sketch.id === id);
    const sketch = chain[at];
    if (sketch === undefined) throw new Error(`no revision ${id}`);
    await writeFile(fileOf(plot, id), await formatRevision(revisionOf({ ...sketch, ...change }, at)));
  });

/** Adds revisions, with dm.sum to fit. */
const added = (...sketches: readonly Sketch[]): Fault =>
  forged(async ({ revisions }) => {
    for (const [at, sketch] of sketches.entries()) {
      const revision = revisionOf({ ...planned, ...sketch }, 10 + at);
      await writeFile(join(revisions, revisionFileName(revision)), await formatRevision(revision));
    }
  });

const schemaFile =
  (from: string | RegExp, to: string): Fault =>
  ({ root: at }) =>
    writeFile(join(at, "schema/app.sql"), schema.replace(from, to));

const sumFile =
  (change: (text: string) => string): Fault =>
  async ({ revisions }) => {
    const file = join(revisions, "dm.sum");
    await writeFile(file, change(await readFile(file, "utf8")));
  };

const next = { id: "4", parents: ["3"] };
const column = { up: "ALTER TABLE patient ADD phone text;", down: "ALTER TABLE patient DROP phone;" };
const withPhone = schema.replace("email text)", "email text, phone text)");
const phoneIn: Fault = ({ root: at }) => writeFile(join(at, "schema/app.sql"), withPhone);

const both =
  (...faults: readonly Fault[]): Fault =>
  async (plot) => {
    for (const fault of faults) await fault(plot);
  };

const faults: readonly [string, Fault, string, string | RegExp][] = [
  // The files.
  ["a file edited", edits("2", "email text", "email  text"), "DM7001", idOf("2")],
  ["a file deleted", (plot) => rm(fileOf(plot, "3")), "DM7002", idOf("3")],
  [
    "a file in the middle deleted",
    (plot) => rm(fileOf(plot, "1")),
    "DM4031",
    new RegExp(`${idOf("2")} names ${idOf("1")}`),
  ],
  [
    "a file renamed",
    (plot) => rename(fileOf(plot, "3"), fileOf(plot, "3").replace("revision_3", "the_roster")),
    "DM7003",
    "the_roster",
  ],
  [
    "a file under another time",
    forged((plot) => rename(fileOf(plot, "3"), fileOf(plot, "3").replace("20250101", "20240101"))),
    "DM7006",
    "another time",
  ],
  [
    "a file that dm.sum does not know",
    async ({ revisions }) => {
      const revision = revisionOf({ ...planned, ...next, up: "SELECT 1;" }, 4);
      await writeFile(join(revisions, revisionFileName(revision)), await formatRevision(revision));
    },
    "DM7004",
    idOf("4"),
  ],
  [
    "dm.sum without a line, its total unchanged",
    sumFile((text) => text.replace(/.*_222222222222_.*\n/, "")),
    "DM7005",
    "dm.sum",
  ],
  ["dm.sum gone", ({ revisions }) => rm(join(revisions, "dm.sum")), "DM7004", idOf("0")],
  ["dm.sum cut off", sumFile((text) => text.slice(0, -20)), "DM4020", "damaged"],
  [
    "a merge conflict left in dm.sum",
    sumFile((text) => text.replace("\n", "\n<<<<<<< ours\n=======\n>>>>>>> theirs\n")),
    "DM4021",
    "conflict",
  ],
  [
    "a file that is no revision",
    ({ revisions }) => writeFile(join(revisions, "fix.sql"), "DROP TABLE visit;"),
    "DM4010",
    "fix.sql",
  ],
  ["a header that is no YAML", edits("1", "parents:", "parents: ["), "DM4003", "YAML"],
  ["a header without its message", edits("1", /message: .*\n/, ""), "DM4004", "message"],
  ["a header with another id", edits("1", idOf("1"), idOf("d")), "DM4011", idOf("d")],
  ["no way down at all", edits("3", /-- dm:down[\s\S]*/, ""), "DM4005", "dm:down"],
  [
    "one id twice",
    async (plot) => {
      const name = revisionFileName(revisionOf({ id: "1" }, 30));
      await cp(fileOf(plot, "1"), join(plot.revisions, name));
    },
    "DM4012",
    idOf("1"),
  ],
  ["a hand-written revision that was never proven", rewritten("3", { kind: "written" }), "DM7007", idOf("3")],
  // The graph.
  ["a parent that is in no file", rewritten("2", { parents: ["e"] }), "DM4031", idOf("e")],
  ["a circle", rewritten("1", { parents: ["3"] }), "DM4032", "circle"],
  [
    "a label that is taken",
    forged(both(rewritten("1", { labels: ["a"] }), rewritten("2", { labels: ["a"] }))),
    "DM4034",
    "label a",
  ],
  [
    "two heads that go together",
    both(
      added(
        { ...next, ...column },
        { id: "5", parents: ["3"], up: "CREATE TABLE bill ();", down: "DROP TABLE bill;" },
      ),
    ),
    "DM7301",
    /order does not matter/,
  ],
  [
    "two heads that do not",
    added({ ...next, ...column }, { id: "5", parents: ["3"], ...column }),
    "DM7302",
    /fails: column "phone"/,
  ],
  [
    "an order that does not work: a parent too low",
    rewritten("2", { parents: ["0"] }),
    "DM7301",
    "two heads",
  ],
  // The chain.
  [
    "an up that fails",
    both(phoneIn, added({ ...next, ...column, up: "ALTER TABLE patients ADD phone text;" })),
    "DM3402",
    /"patients" does not exist/,
  ],
  [
    "a down that fails",
    both(phoneIn, added({ ...next, ...column, down: "ALTER TABLE patient DROP fone;" })),
    "DM3406",
    /"fone"/,
  ],
  [
    "a down that leaves something behind",
    both(phoneIn, added({ ...next, ...column, down: "" })),
    "DM3401",
    /phone should not be there/,
  ],
  [
    "a down that leaves behind what the next one hides",
    rewritten("2", { down: "DROP INDEX patient_email;" }),
    "DM3401",
    /email should not be there/,
  ],
  [
    "a down that loses rows",
    both(phoneIn, added({ ...next, ...column, down: `DELETE FROM visit;\n${column.down}` })),
    "DM3405",
    /visit: 0 of 2/,
  ],
  [
    "a down that loses rows by way of a foreign key",
    both(
      phoneIn,
      added({ ...next, ...column, down: `DELETE FROM patient WHERE phone IS NULL;\n${column.down}` }),
    ),
    "DM3405",
    /patient: 0 of 2/,
  ],
  [
    "an up that changes values which do not come back",
    added({ ...next, up: "UPDATE patient SET name = 'x';" }),
    "DM3405",
    /name: a does not come back/,
  ],
  [
    "an up that works only once",
    added({ ...next, up: "SELECT lo_create(4242);" }),
    "DM3406",
    /up again: duplicate key/,
  ],
  // The desired state.
  ["a desired state that is not reached", phoneIn, "DM7401", /phone is missing/],
  [
    "a revision beyond the desired state",
    added({ ...next, ...column }),
    "DM7401",
    /phone should not be there/,
  ],
  ["a schema file with a syntax error", schemaFile("CREATE INDEX", "CREATE INDECKS"), "DM2102", /INDECKS/],
  [
    "a schema file that names nothing there is",
    schemaFile("ON patient (email)", "ON patient (mail)"),
    "DM2101",
    /mail/,
  ],
];

describe("dm check", { timeout: 300_000 }, () => {
  test("is silent on a healthy chain", async () => {
    expect(await findings(healthy, true)).toEqual([]);
  });

  test("is silent on revisions that one replaced, and finds an edit of what is kept of them", async () => {
    const copy = join(root, String(count++));
    const revisions = join(copy, "revisions");
    await cp(healthy, copy, { recursive: true });
    const old = await revisionTexts(revisions);
    const kept = await restoreFiles(join(revisions, "replaced"), old);
    const sql = (halves: readonly (string | undefined)[]) => halves.join("\n\n");
    const squashed = revisionOf({
      ...planned,
      id: "6",
      replaces: chain.map(({ id }) => idOf(id)),
      up: sql(chain.map(({ up }) => up)),
      down: sql(chain.map(({ down }) => down).toReversed()),
    });
    await replaceRevisions(revisions, old, [squashed]);
    const base = { name: "main", commit: "HEAD", files: old };
    expect(await findings(copy, false, base)).toEqual([]);
    await writeFile(kept[0] ?? "", "-- other\n", { flag: "a" });
    expect((await findings(copy, false, base)).map(({ code }) => code)).toEqual(["DM7001", "DM7102"]);
  });

  test.each(faults)("finds %s", async (_, fault, code, told) => {
    const found = await planted(fault);
    expect(found.map((one) => one.code)).toContain(code);
    const texts = found
      .filter((one) => one.code === code)
      .map(({ message, at, details }) =>
        [message, typeof at === "object" ? at.file : at, ...details].join("\n"),
      );
    expect(texts.join("\n")).toMatch(told);
  });
});
