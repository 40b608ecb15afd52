import { withDatabase } from "../../src/database/connect.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import type { Revision, Step } from "../../src/revision/revision.js";
import { type Postgres, withTemporaryDatabase } from "../support/databases.js";
import { withProject } from "../support/project.js";

/** A project whose first state is applied and has rows, and all of whose tables are large. */
export function withClinic(
  postgres: Postgres,
  { schema, rows }: { readonly schema: string; readonly rows: string },
  work: (project: Project, url: string) => Promise<void>,
): Promise<void> {
  const inProject = (url: string | undefined) =>
    withProject({ schema: { "clinic.sql": schema }, ...(url && { database: url }) }, async (plain) => {
      const project: Project = { ...plain, online: { ...plain.online, mode: "always" } };
      await planRevision(project, { message: "first" });
      await applyRevisions(project, {});
      const { database } = project.environment;
      await withDatabase(database, (one) => one.script(rows));
      await work(project, database);
    });
  return postgres === "pglite"
    ? inProject(undefined)
    : withTemporaryDatabase(postgres, (_, url) => inProject(url));
}

const blocking = ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"];

/** The hazards of revisions that make others wait. */
export function blockingIn(revisions: readonly Revision[], half: "up" | "down" = "up"): string[] {
  return revisions
    .flatMap((revision) => revision[half].flatMap(hazardsIn))
    .map(({ code }) => code)
    .filter((code) => blocking.includes(code));
}

/** The lines of the way up that are no comments. */
export function statementsOf(revisions: readonly Revision[]): string[] {
  return revisions
    .flatMap(({ up }) => up.flatMap(({ sql }) => sql.split("\n")))
    .filter((line) => line !== "" && !line.startsWith("--"));
}

/** The SQL of the transactions that the steps run in. */
export function transactions(steps: readonly Step[]): string[] {
  const texts: string[] = [];
  for (const { sql, mode } of steps) {
    const open = mode === "transaction" ? texts.pop() : undefined;
    texts.push(open === undefined ? sql : `${open}\n${sql}`);
  }
  return texts;
}
