import { factId } from "../src/catalog/identity.js";
import { DmError, exitCode } from "../src/error.js";
import type { DecideRename } from "../src/project/renames.js";
import type { CiSystem } from "../src/project/workflow.js";
import { cancelled, type Session } from "./session.js";

/**
 * Asks whether to go on. `--yes` answers it; where nobody can be asked it is refused.
 * @throws DmError DM6003 (exit 3) without a terminal, DM6004 (exit 130) when the answer is no.
 */
export async function confirm(session: Session, question: string, what: string): Promise<void> {
  if (session.options.yes === true) return;
  if (!session.mayAsk) {
    throw new DmError("DM6003", `${what} must be confirmed, and there is no terminal to ask on`, {
      next: ["add --yes to go on without a question", "add --dry-run to see what would be done"],
      exit: exitCode.refused,
    });
  }
  session.line.clear();
  const prompts = await import("@clack/prompts");
  const answer = await prompts.confirm({ message: question, initialValue: false, ...streams(session) });
  if (prompts.isCancel(answer) || !answer) throw cancelled();
}

/** What decides about likely renames: a question on a terminal; nothing where nobody may be asked. */
export function renameQuestion(session: Session): DecideRename | undefined {
  if (!session.mayAsk) return undefined;
  return async ({ from, to, lines }) => {
    session.line.clear();
    const prompts = await import("@clack/prompts");
    const answer = await prompts.select({
      message: `${factId(from)} is gone and ${factId(to)} is new. Was it renamed?`,
      options: [
        { value: "rename" as const, label: "Yes, renamed: what it holds stays", hint: lines[0] },
        { value: "new" as const, label: "No: drop the one and create the other", hint: lines[1] },
      ],
      ...streams(session),
    });
    if (prompts.isCancel(answer)) throw cancelled();
    return answer;
  };
}

/** Which CI system should run dm check; none where nobody may be asked. */
export async function ciQuestion(session: Session): Promise<CiSystem | undefined> {
  if (!session.mayAsk) return undefined;
  session.line.clear();
  const prompts = await import("@clack/prompts");
  const answer = await prompts.select({
    message: "Which CI should run dm check?",
    options: [
      { value: "none" as const, label: "None, or I write it myself" },
      { value: "github" as const, label: "GitHub Actions" },
      { value: "gitlab" as const, label: "GitLab" },
    ],
    ...streams(session),
  });
  if (prompts.isCancel(answer)) throw cancelled();
  return answer === "none" ? undefined : answer;
}

/** Questions go to stderr: stdout is for what the command prints. */
function streams({ terminal }: Session) {
  return { input: terminal.stdin, output: terminal.stderr };
}
