import { beforeEach, describe, expect, test, vi } from "vitest";
import { usualPace } from "../../src/apply/backfill-pace.js";
import { DmError } from "../../src/error.js";
import { usualLint } from "../../src/lint/settings.js";
import type { AppliedRevision, ApplyRequest, ApplyResult } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import type { DiffResult } from "../../src/project/diff.js";
import type { DriftResult } from "../../src/project/drift.js";
import type { PlanRequest, PlanResult } from "../../src/project/plan.js";
import type { Revision } from "../../src/revision/revision.js";
import { app, catalog, column, patient } from "../report/samples.js";
import { dm } from "./terminal.js";

const workflows = vi.hoisted(() => ({
  project: vi.fn(),
  plan: vi.fn(),
  apply: vi.fn(),
  rollback: vi.fn(),
  diff: vi.fn(),
  drift: vi.fn(),
  interrupt: vi.fn(),
}));
vi.mock("../../src/project/config.js", () => ({ openProject: workflows.project }));
vi.mock("../../src/project/plan.js", () => ({ planRevision: workflows.plan }));
vi.mock("../../src/project/apply.js", () => ({
  applyRevisions: workflows.apply,
  rollbackRevisions: workflows.rollback,
}));
vi.mock("../../src/project/diff.js", () => ({ diffSources: workflows.diff }));
vi.mock("../../src/project/drift.js", () => ({ drift: workflows.drift }));
vi.mock("../../src/project/interrupt.js", () => ({ interrupt: workflows.interrupt }));

function projectAt(environment: string): Project {
  return {
    root: "/clinic",
    configFile: "/clinic/dm.yaml",
    schema: "/clinic/schema",
    revisions: "/clinic/revisions",
    manage: {},
    lockTimeout: "3s",
    preflightTimeout: "5min",
    online: { mode: "auto", rename: "auto", rows: 100_000, bytes: 100 * 1024 ** 2 },
    pace: usualPace,
    lint: usualLint,
    environment: { name: environment, database: "pglite:data", shadow: "auto", allow: [] },
    environments: new Map(),
  };
}

const revision: Revision = {
  id: "4f2a9c1b7e03",
  parents: [],
  message: "Add a recall date",
  created: "2025-03-04T09:12:45Z",
  kind: "planned",
  up: [{ sql: "ALTER TABLE t ADD a int;", comments: [], mode: "transaction" }],
  down: [{ sql: "ALTER TABLE t DROP a;", comments: [], mode: "transaction" }],
};
const added = { type: "create" as const, wanted: column(patient, "recall_on", { type: "date" }) };
const [before, after] = [catalog(app, patient), catalog(app, patient, added.wanted)];

function applied(direction: "up" | "down"): ApplyResult {
  const done: AppliedRevision = { id: revision.id, message: revision.message, direction, milliseconds: 12 };
  const heads = direction === "up" ? [revision.id] : [];
  return { planned: [revision], applied: [done], heads, notes: [], restored: [] };
}

beforeEach(() => {
  vi.resetAllMocks();
  workflows.project.mockResolvedValue(projectAt("production"));
  for (const [workflow, direction] of [
    [workflows.apply, "up"],
    [workflows.rollback, "down"],
  ] as const) {
    workflow.mockImplementation(async (_: Project, { dryRun }: ApplyRequest) =>
      dryRun === true ? { ...applied(direction), applied: [] } : applied(direction),
    );
  }
});

/** Requests of runs that change something. */
function realRuns(workflow: typeof workflows.apply): unknown[] {
  return workflow.mock.calls.filter(([, request]) => request.dryRun !== true);
}

describe("apply", () => {
  test("without a terminal runs at once: that is what was asked for", async () => {
    const { code, stdout } = await dm(["apply", "+1", "--allow", "data-loss", "--allow", "rewrite"]);
    expect(code).toBe(0);
    expect(stdout).toContain("applied   4f2a9c1b7e03  Add a recall date");
    expect(workflows.apply).toHaveBeenCalledExactlyOnceWith(
      projectAt("production"),
      expect.objectContaining({ target: "+1", allow: ["data-loss", "rewrite"] }),
    );
  });

  test("on a terminal asks first, and a no changes nothing and is no success", async () => {
    const { code, stderr } = await dm(["apply"], { isTerminal: true, answer: "n" });
    expect(stderr).toContain("Apply 1 revision on production?");
    expect(stderr).toContain("would apply");
    expect(stderr).toContain("cancelled: nothing was changed");
    expect(code).toBe(130);
    expect(realRuns(workflows.apply)).toEqual([]);
  });

  test("on a terminal runs after a yes", async () => {
    expect((await dm(["apply"], { isTerminal: true, answer: "y" })).code).toBe(0);
    expect(realRuns(workflows.apply)).toHaveLength(1);
  });

  test.each([
    { why: "with --yes", argv: ["apply", "--yes"], environment: "production" },
    { why: "on the developer's own database", argv: ["apply"], environment: "local" },
  ])("on a terminal asks nothing $why", async ({ argv, environment }) => {
    workflows.project.mockResolvedValue(projectAt(environment));
    const { code, stderr } = await dm(argv, { isTerminal: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(realRuns(workflows.apply)).toHaveLength(1);
  });

  test("--dry-run lists and --sql prints, and nothing runs", async () => {
    expect((await dm(["apply", "--dry-run"])).stdout).toBe("would apply  4f2a9c1b7e03  Add a recall date\n");
    const { stdout } = await dm(["apply", "--sql"]);
    expect(stdout).toMatch(/^SET lock_timeout = '3s';/);
    expect(stdout).toContain("ALTER TABLE t ADD a int;");
    expect(realRuns(workflows.apply)).toEqual([]);
  });

  test("--quiet says nothing of what went well", async () => {
    expect(await dm(["apply", "--quiet"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("a refusal keeps its exit code", async () => {
    workflows.apply.mockRejectedValue(new DmError("DM5301", "drifted", { exit: 3 }));
    expect((await dm(["apply"])).code).toBe(3);
    const { code, stdout } = await dm(["apply", "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ command: "apply", error: { code: "DM5301", exit: 3 } });
  });
});

describe("rollback", () => {
  test("without a terminal is refused, with the flag that answers", async () => {
    const { code, stderr } = await dm(["rollback"]);
    expect(code).toBe(3);
    expect(stderr).toContain("--yes");
    expect(realRuns(workflows.rollback)).toEqual([]);
  });

  test("with --json is refused too, also on a terminal", async () => {
    const { code, stdout } = await dm(["rollback", "--json"], { isTerminal: true });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ command: "rollback", error: { code: "DM6003" } });
  });

  test.each([
    { argv: ["rollback", "--yes"], target: "-1" },
    { argv: ["rollback", "-2", "--yes"], target: "-2" },
    { argv: ["--yes", "rollback", "base"], target: "base" },
  ])("dm $argv goes back to $target", async ({ argv, target }) => {
    expect((await dm(argv)).code).toBe(0);
    expect(realRuns(workflows.rollback)).toEqual([
      [projectAt("production"), expect.objectContaining({ target })],
    ]);
  });

  test("asks also about the developer's own database: a way back can lose rows", async () => {
    workflows.project.mockResolvedValue(projectAt("local"));
    const { code, stderr } = await dm(["rollback"], { isTerminal: true, answer: "\u0003" });
    expect(stderr).toContain("Undo 1 revision on local?");
    expect(code).toBe(130);
  });

  test("asks nothing when there is nothing to undo", async () => {
    workflows.rollback.mockResolvedValue({ planned: [], applied: [], heads: [], notes: [], restored: [] });
    expect((await dm(["rollback"])).stdout).toBe("nothing to do: the database is at base\n");
  });
});

describe("plan", () => {
  const none: PlanResult = {
    changes: [],
    renames: [],
    current: before,
    wanted: after,
    unmodelled: [],
    leftOut: [],
    provenRevisions: [],
    revisions: [],
    files: [],
  };
  const some: PlanResult = {
    ...none,
    changes: [added],
    revisions: [revision],
    files: ["/clinic/revisions/x.sql"],
  };
  const request = () => workflows.plan.mock.calls[0]?.[1] as PlanRequest;

  test.each([
    { argv: ["plan", "--check"], result: some, exit: 2 },
    { argv: ["plan", "--check"], result: none, exit: 0 },
    { argv: ["plan", "--dry-run"], result: some, exit: 0 },
    { argv: ["plan", "-m", "x"], result: some, exit: 0 },
  ])("dm $argv exits $exit", async ({ argv, result, exit }) => {
    workflows.plan.mockResolvedValue(result);
    expect((await dm(argv)).code).toBe(exit);
    expect(request().dryRun).toBe(!argv.includes("-m"));
  });

  const candidate = {
    from: { kind: "column", schema: "app", on: "patient", name: "phone" },
    to: { kind: "column", schema: "app", on: "patient", name: "telephone" },
    lines: ["-- @renamed from=phone", "-- @new"] as const,
  };

  test.each([
    { answer: "\r", decision: "rename" },
    { answer: "\u001b[B\r", decision: "new" },
  ])("asks about a likely rename on a terminal: $decision", async ({ answer, decision }) => {
    let decided: string | undefined;
    workflows.plan.mockImplementation(async (_: Project, { decideRename }: PlanRequest) => {
      decided = await decideRename?.(candidate);
      return some;
    });
    const { code, stderr } = await dm(["plan", "-m", "x"], { isTerminal: true, answer });
    expect({ code, decided }).toEqual({ code: 0, decided: decision });
    expect(stderr).toContain("column app.patient.phone");
  });

  test.each([
    { argv: ["plan", "-m", "x"], isTerminal: false },
    { argv: ["plan", "-m", "x", "--yes"], isTerminal: true },
    { argv: ["plan", "-m", "x", "--json"], isTerminal: true },
  ])("guesses no rename: dm $argv on a terminal: $isTerminal", async ({ argv, isTerminal }) => {
    workflows.plan.mockResolvedValue(some);
    await dm(argv, { isTerminal });
    expect(request().decideRename).toBeUndefined();
  });

  test("names what is not modelled", async () => {
    workflows.plan.mockResolvedValue({ ...none, unmodelled: [{ kind: "operator", name: "app.+" }] });
    expect((await dm(["plan", "--check"])).stdout).toContain(
      "not modelled yet, left alone: 1 operator: app.+",
    );
  });

  test("prints one JSON document", async () => {
    workflows.plan.mockResolvedValue(some);
    const { stdout, stderr } = await dm(["plan", "-m", "x", "--json"]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      command: "plan",
      changes: [{ type: "create", id: "column app.patient.recall_on" }],
      revisions: [{ id: revision.id, up: revision.up }],
      files: ["/clinic/revisions/x.sql"],
    });
  });
});

describe("exit codes of comparisons", () => {
  const same: DiffResult = {
    changes: [],
    statements: [],
    current: before,
    wanted: before,
    unmodelled: [],
    leftOut: [],
  };
  const differs: DiffResult = { ...same, changes: [added], wanted: after };
  const drift = (changes: DriftResult["changes"]): DriftResult => ({
    changes,
    against: "the journal",
    statements: [],
    expected: before,
    current: after,
    unmodelled: [],
    leftOut: [],
    database: "pglite:data",
    at: "2025-03-04T09:12:45Z",
  });

  test.each([
    { argv: ["diff", "empty", "schema"], result: differs, exit: 0 },
    { argv: ["diff", "empty", "schema", "--exit-code"], result: differs, exit: 2 },
    { argv: ["diff", "empty", "schema", "--exit-code"], result: same, exit: 0 },
  ])("dm $argv: $exit", async ({ argv, result, exit }) => {
    workflows.diff.mockResolvedValue(result);
    expect((await dm(argv)).code).toBe(exit);
  });

  test.each([
    { argv: ["drift"], changes: [added], exit: 2, says: "column recall_on" },
    { argv: ["drift"], changes: [], exit: 0, says: "no differences" },
    { argv: ["drift", "--quiet"], changes: [], exit: 0, says: "" },
    { argv: ["drift", "--quiet"], changes: [added], exit: 2, says: "column recall_on" },
    { argv: ["drift", "--format", "json"], changes: [added], exit: 2, says: '"command": "drift"' },
  ])("dm $argv: $exit", async ({ argv, changes, exit, says }) => {
    workflows.drift.mockResolvedValue(drift(changes));
    const { code, stdout } = await dm(argv);
    expect(code).toBe(exit);
    expect(stdout).toContain(says);
    if (says === "") expect(stdout).toBe("");
  });

  test("sources with passwords are named without them", async () => {
    workflows.diff.mockResolvedValue(differs);
    const { stdout } = await dm(["diff", "postgres://ana:s3cr3t@db/a", "empty", "--format", "markdown"]);
    expect(stdout).not.toContain("s3cr3t");
  });
});

describe("an unexpected error", () => {
  test("is one line, and a way to see more", async () => {
    workflows.apply.mockRejectedValue(new TypeError("x is not a function\nmore"));
    const { code, stderr } = await dm(["apply"]);
    expect(code).toBe(1);
    expect(stderr.split("\n").slice(0, 3)).toEqual([
      "error DM6002: x is not a function",
      "  next:",
      "    run again with --debug to see where it comes from",
    ]);
    expect((await dm(["apply", "--debug"])).stderr).toMatch(/TypeError: x is not a function.*\n {4}at /s);
  });

  test("shows no password, nor does its stack", async () => {
    workflows.apply.mockRejectedValue(new Error("no route to postgres://ana:s3c@r3t@db/clinic?password=s3c"));
    const { stdout, stderr } = await dm(["apply", "--debug"]);
    expect(stdout + stderr).not.toMatch(/s3c|r3t/);
  });
});

describe("Ctrl-C", () => {
  test("stops the work, and one line says where the database stands", async () => {
    let stop: () => void = () => undefined;
    workflows.apply.mockImplementation(
      () =>
        new Promise((_, reject) => {
          workflows.interrupt.mockImplementation(() => reject(new DmError("DM5202", "canceling statement")));
          stop();
        }),
    );
    const { code, stderr } = await dm(["apply"], {
      interrupts: (interrupt) => {
        stop = interrupt;
      },
    });
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: "interrupted: the database is as after the last completed step\n",
    });
  });
});
