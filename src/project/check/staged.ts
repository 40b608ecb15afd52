import path from "node:path";
import { readDesired } from "../../desired/read.js";
import { DmError } from "../../error.js";
import { commitOf, filesIn, filesInIndex, git, gitLine, mainlines } from "../../git/git.js";
import { openParser } from "../../parse/parser.js";
import { graphOf, type RevisionFile, type Survey, surveyTexts } from "../../revision/directory.js";
import { checksum, sumFileName } from "../../revision/sum.js";
import type { Project } from "../config.js";
import { type Base, checkHistory } from "./base.js";
import type { CheckResult } from "./check.js";
import { checkFiles } from "./files.js";
import { type CheckName, type CheckOutcome, type Finding, findingOf } from "./finding.js";
import { directoriesOfKept } from "./kept.js";

/**
 * What a hook can check before a commit, without any PostgreSQL: of the revision files as the commit would have them,
 * that none that others may have is gone, that none is edited, that dm.sum fits them and that they have one head; of the schema
 * files, that they are SQL, and whether a revision comes with their change. That they agree, CI tells.
 */
export async function checkStaged(project: Project): Promise<CheckResult> {
  const { root, revisions } = project;
  const staged = await filesInIndex(root, revisions);
  const texts = staged.filter(({ name }) => name.endsWith(".sql"));
  const sum = staged.find(({ name }) => name === sumFileName)?.text;
  const survey = await surveyTexts(revisions, texts, sum);
  const head = await commitOf(root, "HEAD");
  const before = head === undefined ? [] : await filesIn(root, revisions, head);
  const isShared = await sharing(project);
  const base: Base = {
    name: "the last commit",
    commit: "HEAD",
    files: before.filter(({ name }) => name.endsWith(".sql")),
  };
  const kept = await Promise.all(directoriesOfKept(survey).map((one) => filesInIndex(root, one)));
  const shared = { ...base, files: base.files.filter(({ name }) => isShared(name)) };
  const history = checkHistory(project, shared, survey, kept.flat()).filter(({ code }) => code !== "DM7104");
  const edited = await editedUnproven(survey, base);
  const found: readonly [CheckName, string, readonly Finding[]][] = [
    ["files", `dm.sum, and what is staged`, checkFiles(survey)],
    ["history", "what the last commit has", [...history, ...edited]],
    ["graph", "one head", oneHead(survey)],
    ["desired", "the schema files are SQL", await schemaFindings(project, survey, base)],
  ];
  return {
    findings: found.flatMap(([, , findings]) => findings),
    outcomes: found.map(([check, what, findings]): CheckOutcome => {
      const isFailed = findings.some(({ level }) => level === "error");
      return { check, state: isFailed ? "failed" : "passed", what, milliseconds: 0 };
    }),
    news: [],
  };
}

/**
 * Whether a committed file may be known to others: what only this branch has, `dm rebase` and `dm squash` may replace. On
 * the only branch that there is, all may be known.
 */
async function sharing({ root, revisions }: Project): Promise<(name: string) => boolean> {
  const tips = await mainlines(root);
  if (tips.length === 0) return () => true;
  const left = await Promise.all(tips.map((tip) => gitLine(root, "merge-base", tip, "HEAD")));
  const commits = [...new Set([...tips, ...left.filter((commit) => commit !== undefined)])];
  const files = await Promise.all(commits.map((commit) => filesIn(root, revisions, commit)));
  const names = new Set(files.flat().map(({ name }) => name));
  return (name) => names.has(name);
}

/** A revision that was committed may be applied somewhere; an edit is dm's own where it was proven since. */
async function editedUnproven(survey: Survey, base: Base): Promise<readonly Finding[]> {
  const before = await surveyTexts(survey.directory, base.files, undefined);
  const earlier = new Map(before.files.map((file) => [file.name, file]));
  const isTouched = (file: RevisionFile) => {
    const then = earlier.get(file.name);
    if (then === undefined || checksum(then.text) === checksum(file.text)) return false;
    return file.revision.proven?.at === undefined || file.revision.proven.at === then.revision.proven?.at;
  };
  return survey.files.filter(isTouched).map((file) => ({
    check: "history",
    code: "DM7104",
    level: "error",
    message: `${file.name} was committed before, and is edited`,
    at: file.path,
    revision: file.revision.id,
    details: ["databases that have it refuse to go on"],
    next: [
      `take the edit back: git checkout HEAD -- ${file.path}`,
      "or, where no database has it yet, prove it as it is: dm check --update",
    ],
  }));
}

function oneHead(survey: Survey): readonly Finding[] {
  if (survey.files.length < survey.texts.length) return [];
  try {
    const { heads } = graphOf(survey);
    if (heads.length < 2) return [];
    throw new DmError("DM4101", `the revisions have ${heads.length} heads: ${heads.join(", ")}`, {
      at: survey.directory,
      next: ["dm check   tells whether their order matters, and what to do"],
    });
  } catch (error) {
    return [findingOf("graph", error)];
  }
}

async function schemaFindings(project: Project, survey: Survey, base: Base): Promise<readonly Finding[]> {
  const { root, schema } = project;
  const below = `./${path.relative(root, schema)}`;
  const changed = (await git(root, ["diff", "--cached", "--name-only", "--", below]))?.toString().trim();
  if (changed === undefined || changed === "") return [];
  try {
    await readDesired(schema, await openParser(18));
  } catch (error) {
    return [findingOf("desired", error)];
  }
  const known = new Set(base.files.map(({ name }) => name));
  if (survey.files.some(({ name }) => !known.has(name))) return [];
  return [
    {
      check: "desired",
      code: "DM7402",
      level: "warning",
      message: "schema files change, and no revision comes with them",
      at: schema,
      details: ["whether the revisions build them is for CI to tell: a shadow takes too long for a hook"],
      next: ['dm plan -m "…"   unless only comments and blanks change'],
    },
  ];
}
