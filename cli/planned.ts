import type { ApplyResult } from "../src/project/apply.js";
import type { Project } from "../src/project/config.js";
import { appliedJson, plannedJson } from "../src/report/json.js";
import { revisionScript } from "../src/report/sql.js";
import { appliedText, plannedText } from "../src/report/text.js";
import { count } from "../src/report/words.js";
import { confirm } from "./questions.js";
import type { Result, Session } from "./session.js";

type Half = "up" | "down";

/** What would run, as a list or as SQL. */
export function plannedResult({ planned }: ApplyResult, half: Half): Result {
  return { json: () => plannedJson(planned, half), text: (paint) => plannedText(planned, half, paint) };
}

/** The SQL that would run, under the lock timeout that it would run under. */
export function sqlResult({ planned }: ApplyResult, half: Half, { lockTimeout }: Project): Result {
  return {
    json: () => plannedJson(planned, half),
    text: () => revisionScript(planned, half, { lockTimeout }),
  };
}

export function doneResult(result: ApplyResult): Result {
  return { json: () => appliedJson(result), text: (paint) => appliedText(result, paint), isReport: true };
}

/** Shows what would run and asks whether it may; does not ask about nothing. */
export async function askAbout(
  session: Session,
  project: Project,
  { planned }: ApplyResult,
  half: Half,
): Promise<void> {
  if (planned.length === 0) return;
  const verb = half === "up" ? "Apply" : "Undo";
  if (session.mayAsk) {
    session.line.clear();
    session.terminal.stderr.write(`${plannedText(planned, half, session.paint)}\n`);
  }
  const question = `${verb} ${count(planned.length, "revision")} on ${project.environment.name}?`;
  await confirm(session, question, half === "up" ? "dm apply" : "dm rollback");
}

/** A developer's own database, as dm.yaml names it, is changed without a question. */
export function isOwnDatabase({ options }: Session, { environment, configFile }: Project): boolean {
  return environment.name === "local" && configFile !== undefined && options.database === undefined;
}
