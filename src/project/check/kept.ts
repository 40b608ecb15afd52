import { join } from "node:path";
import { type Survey, surveyRevisions } from "../../revision/directory.js";
import type { RevisionText } from "../../revision/sum.js";
import { revisionTexts } from "../../revision/texts.js";
import { replacedDirectory } from "../chain.js";

/** The directories that may keep files which the revisions of a set replaced. */
export function directoriesOfKept({ directory, revisions }: Survey): readonly string[] {
  const ids = revisions.flatMap(({ id, replaces = [] }) => (replaces.length === 0 ? [] : [id, ...replaces]));
  const names = ids.length === 0 ? [] : [replacedDirectory, ...ids.map((id) => `before_${id}`)];
  return names.map((name) => join(directory, name));
}

/** The old files that revisions replaced, where they are kept. */
export async function keptFiles(survey: Survey): Promise<readonly RevisionText[]> {
  return (await Promise.all(directoriesOfKept(survey).map(revisionTexts))).flat();
}

/** The same as a set, as far as databases may still run them; nothing where none is replaced. */
export async function surveyReplaced({ directory, revisions }: Survey): Promise<Survey | undefined> {
  const isNeeded = revisions.some(({ replaces = [] }) => replaces.length > 0);
  return isNeeded ? surveyRevisions(join(directory, replacedDirectory)) : undefined;
}
