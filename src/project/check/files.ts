import { join } from "node:path";
import type { Survey } from "../../revision/directory.js";
import { parseRevisionFileName, revisionFileName } from "../../revision/name.js";
import { type SumDifference, sumFileName } from "../../revision/sum.js";
import { type Finding, findingOf } from "./finding.js";

/** Files that are no revisions, that are not as dm.sum says, or not named as their headers say; proofs that lack. */
export function checkFiles(survey: Survey): readonly Finding[] {
  return [
    ...asWritten(survey),
    ...survey.files.flatMap(({ name, path, revision, header }): Finding[] => {
      const about = { check: "files", level: "error", revision: revision.id, details: [] } as const;
      const expected = revisionFileName(revision);
      const isTimely = parseRevisionFileName(name)?.timestamp === parseRevisionFileName(expected)?.timestamp;
      return [
        ...(isTimely
          ? []
          : [
              {
                ...about,
                code: "DM7006",
                message: `the file's name says another time than its header, ${revision.created}`,
                at: header.created ?? path,
                next: [`name it as it was: ${expected}`],
              },
            ]),
        ...(revision.kind === "planned" || revision.proven !== undefined
          ? []
          : [
              {
                ...about,
                code: "DM7007",
                message: `the hand-written revision ${revision.id} is not proven`,
                at: header.id ?? path,
                next: ["prove it: dm plan, or dm check --update"],
              },
            ]),
      ];
    }),
  ];
}

/** Files that are no revisions, or not as dm.sum says. */
function asWritten({ directory, problems, differences }: Survey): readonly Finding[] {
  return [
    ...problems.map((problem) => findingOf("files", problem)),
    ...differences.map((difference) => differenceFinding(directory, difference)),
  ];
}

/** The same of files that others replaced. They may go once no database needs them. */
export function asKept(old: Survey): readonly Finding[] {
  const differences = old.differences.filter(({ kind }) => kind !== "deleted");
  return asWritten({ ...old, differences });
}

const codes = {
  edited: "DM7001",
  deleted: "DM7002",
  renamed: "DM7003",
  added: "DM7004",
  total: "DM7005",
} as const;

function differenceFinding(directory: string, difference: SumDifference): Finding {
  const { kind, file } = difference;
  const at = join(directory, file);
  const back = (name: string) => `bring it back: git checkout HEAD -- ${join(directory, name)}`;
  const told = {
    edited: {
      message: `${file} was edited after it was written`,
      next: [back(file), "or, where no database has it yet, prove it as it is: dm check --update"],
    },
    deleted: { message: `${file} is in ${sumFileName} and was deleted`, next: [back(file)] },
    renamed: {
      message: `${file} is ${difference.kind === "renamed" ? difference.from : file} under another name`,
      next: ["give it its name back"],
    },
    added: {
      message: `${file} is not in ${sumFileName}`,
      next: ["dm plan and dm new write both", "prove it as it is: dm check --update"],
    },
    total: {
      message: `${sumFileName} itself was edited: its first line is not the checksum of the others`,
      next: [back(file)],
    },
  }[kind];
  return { check: "files", code: codes[kind], level: "error", at, details: [], ...told };
}
