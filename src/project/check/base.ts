import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { DmError } from "../../error.js";
import { commitOf, filesIn, gitLine } from "../../git/git.js";
import type { Survey } from "../../revision/directory.js";
import { parseRevisionFileName } from "../../revision/name.js";
import { checksum, compareSum, type RevisionText, sumFileName, sumOf } from "../../revision/sum.js";
import { replacedDirectory } from "../chain.js";
import type { Project } from "../config.js";
import type { Finding } from "./finding.js";

/** The commit that a branch is compared with: where it left the other one. */
export interface Base {
  /** As it was named, or as CI names it. */
  readonly name: string;
  readonly commit: string;
  /** The revision files that it has. */
  readonly files: readonly RevisionText[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What CI systems call the branch that a change is to be merged into. */
const targetVariables = [
  "GITHUB_BASE_REF",
  "BITBUCKET_PR_DESTINATION_BRANCH",
  "SYSTEM_PULLREQUEST_TARGETBRANCH",
  "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
  "CHANGE_TARGET",
] as const;

/** The branch or commit that CI would compare with, by its variables; nothing elsewhere. */
export function baseInCi(env: Variables): string | undefined {
  // GitLab fetches no other branch, but tells the commit.
  if ((env.CI_MERGE_REQUEST_DIFF_BASE_SHA ?? "") !== "") return env.CI_MERGE_REQUEST_DIFF_BASE_SHA;
  for (const variable of targetVariables) {
    const branch = env[variable]?.replace(/^refs\/heads\//, "");
    if (branch !== undefined && branch !== "") return `origin/${branch}`;
  }
  // A push to a branch: what the branch was before. All zeros for a new one.
  const before = env.CI_COMMIT_BEFORE_SHA ?? beforeOfGitHub(env.GITHUB_EVENT_PATH);
  return before === undefined || /^0*$/.test(before) ? undefined : before;
}

function beforeOfGitHub(file: string | undefined): string | undefined {
  if (file === undefined || file === "") return undefined;
  const event: { readonly before?: unknown } = JSON.parse(readFileSync(file, "utf8"));
  return typeof event.before === "string" ? event.before : undefined;
}

/**
 * The base that was asked for, or that CI names.
 * @throws DmError DM7101 when this clone does not have it.
 */
export async function findBase(
  project: Project,
  asked: string | undefined,
  env: Variables,
): Promise<Base | undefined> {
  const name = asked ?? baseInCi(env);
  if (name === undefined) return undefined;
  const { root, revisions } = project;
  const tip = await commitOf(root, name);
  const commit = tip === undefined ? undefined : await gitLine(root, "merge-base", tip, "HEAD");
  if (commit === undefined) {
    throw new DmError("DM7101", `${name} is not in this clone, or has no commit in common with it`, {
      at: root,
      next: [
        "fetch the whole history: fetch-depth: 0 on GitHub, GIT_DEPTH: 0 on GitLab",
        "name another one: --base REF",
        "or do without: --no-base",
      ],
    });
  }
  const files = (await filesIn(root, revisions, commit)).filter((file) => file.name.endsWith(".sql"));
  return { name, commit, files };
}

/**
 * Revision files that the base has and that are no longer there, or not as they were: databases may have them. One that
 * a revision replaces may go where it is kept aside as it was.
 */
export function checkHistory(
  project: Project,
  base: Base,
  { texts, revisions }: Pick<Survey, "texts" | "revisions">,
  kept: readonly RevisionText[],
): readonly Finding[] {
  const about = { check: "history", level: "error" } as const;
  const before = sumOf(base.files);
  const replaced = new Set(revisions.flatMap(({ replaces = [] }) => replaces));
  const isReplaced = (name: string) => replaced.has(parseRevisionFileName(name)?.id ?? "");
  const isKept = (one: string) =>
    kept.some(({ name, text }) => name === one && checksum(text) === before.checksums.get(one));
  return compareSum(before, texts).flatMap((difference): Finding[] => {
    const { kind, file } = difference;
    if (kind === "added" || kind === "total") return [];
    if (kind === "deleted" && isReplaced(file) && isKept(file)) return [];
    const was = difference.kind === "renamed" ? difference.from : file;
    const path = join(project.revisions, was);
    const verb = { edited: "edited", deleted: "deleted", renamed: `renamed to ${file}` }[kind];
    const aside = join(project.revisions, replacedDirectory, was);
    const revision = base.commit.slice(0, 12);
    const isLost = kind === "deleted" && isReplaced(was);
    return [
      {
        ...about,
        code: { edited: "DM7104", deleted: "DM7102", renamed: "DM7103" }[kind],
        message: isLost
          ? `${was} was replaced since ${base.name}, and is not kept as it was`
          : `${was} was ${verb} since ${base.name}`,
        at: join(project.revisions, file),
        details: isLost ? ["databases between the revisions that were replaced need their files"] : [],
        next: isLost
          ? [`bring it back: git show ${revision}:./${relative(project.root, path)} > ${aside}`]
          : [
              `bring it back: git checkout ${revision} -- ${path} ${join(project.revisions, sumFileName)}`,
              "databases that have it refuse to go on; what is to change belongs in a new revision",
            ],
      },
    ];
  });
}
