import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { initProject } from "../../src/project/init.js";
import { workflows } from "../../src/project/workflow.js";
import { dm } from "../e2e/built.js";
import { writeSketches } from "../support/revisions.js";

const docs = await readFile(new URL("../../docs/ci.md", import.meta.url), "utf8");

test.each(["github", "gitlab"] as const)("the documentation shows the workflow for %s", (system) => {
  expect(docs).toContain(`\`\`\`yaml\n${workflows[system].text}\`\`\``);
});

/** What a workflow would run, in order. */
const commands: Record<keyof typeof workflows, () => readonly string[]> = {
  github: () => {
    const { jobs } = parse(workflows.github.text);
    return jobs.check.steps.flatMap(({ run }: { run?: string }) => run ?? []);
  },
  gitlab: () => parse(workflows.gitlab.text).dm.script,
};

test.each(["github", "gitlab"] as const)(
  "what dm init writes for %s passes, and fails on a fault",
  async (ci) => {
    const directory = await mkdtemp(path.join(tmpdir(), "dm-ci-"));
    try {
      const { files } = await initProject({ directory, ci });
      expect(files.map((file) => path.relative(directory, file.path))).toContain(workflows[ci].path);
      expect(await readFile(path.join(directory, workflows[ci].path), "utf8")).toBe(workflows[ci].text);
      await writeFile(path.join(directory, "schema/example.sql"), "CREATE TABLE a (x bigint PRIMARY KEY);\n");
      await writeSketches(path.join(directory, "revisions"), [
        { id: "0", kind: "planned", up: "CREATE TABLE a (x bigint PRIMARY KEY);", down: "DROP TABLE a;" },
      ]);
      const summary = path.join(directory, "summary.md");
      const run = async (command: string) => {
        const [program, yes, dmAt, ...argv] = command
          .replaceAll('"$GITHUB_STEP_SUMMARY"', summary)
          .split(" ");
        expect([program, yes, dmAt?.replace(/@[\d.]+$/, "")]).toEqual(["npx", "--yes", "@dentamind/dm"]);
        return dm(directory, argv, { GITHUB_EVENT_PATH: "", GITHUB_BASE_REF: "" });
      };
      const all = commands[ci]();
      expect(all.length).toBeGreaterThan(0);
      for (const command of all) expect(await run(command)).toMatchObject({ code: 0 });
      await rm(path.join(directory, "revisions/dm.sum"));
      for (const command of all) expect(await run(command)).toMatchObject({ code: 2 });
    } finally {
      await rm(directory, { recursive: true });
    }
  },
  300_000,
);
