import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { DmError, exitCode } from "../error.js";
import { buildGraph, type RevisionGraph } from "./graph.js";
import { parseRevisionFileName, revisionFileName } from "./name.js";
import { type ParsedHeader, readOpening } from "./opening.js";
import type { ParsedRevision } from "./parse.js";
import { putFiles } from "./put-files.js";
import type { Revision } from "./revision.js";
import {
  compareSum,
  formatSum,
  isInConflict,
  mergeSum,
  parseSum,
  type RevisionText,
  type Sum,
  type SumDifference,
  sumFileName,
  withFiles,
  withoutFiles,
} from "./sum.js";
import { namesIn, readIfPresent, revisionTexts } from "./texts.js";

/** A file of which no more than the header was read. */
export interface HeaderFile extends ParsedHeader, RevisionText {
  /** The directory and the name. */
  readonly path: string;
}

/** A revision, its file, and where its parts stand in it. */
export interface RevisionFile extends ParsedRevision, RevisionText {
  /** The directory and the name. */
  readonly path: string;
}

export interface RevisionSet<F extends HeaderFile = RevisionFile> {
  readonly directory: string;
  /** Sorted by name, which begins with the time of creation. */
  readonly files: readonly F[];
  readonly revisions: readonly F["revision"][];
  /** Nothing when there is no dm.sum. */
  readonly sum: Sum | undefined;
  /** How the files differ from what dm.sum recorded; none when they are as they were written. */
  readonly differences: readonly SumDifference[];
}

/** All that can be read of a directory, and what is wrong with the rest. */
export interface Survey<F extends HeaderFile = RevisionFile> extends RevisionSet<F> {
  /** Of every file, also of those that could not be read as revisions. */
  readonly texts: readonly RevisionText[];
  readonly problems: readonly DmError[];
}

/** Reads every revision of a directory and compares the files with dm.sum. An absent directory holds none. */
export async function readRevisions(directory: string): Promise<RevisionSet> {
  return faultless(await surveyRevisions(directory));
}

/** The same, without the SQL of the files: what is wrong there goes unnoticed. */
export async function readHeaders(directory: string): Promise<RevisionSet<HeaderFile>> {
  return faultless(
    await survey(directory, await revisionTexts(directory), sumTextIn(directory), readOpening),
  );
}

function faultless<F extends HeaderFile>({ texts, problems, ...set }: Survey<F>): RevisionSet<F> {
  const [problem] = problems;
  if (problem !== undefined) throw problem;
  return set;
}

/** As {@link readRevisions}, going on after what is wrong: files that are no revisions, copies, a damaged dm.sum. */
export async function surveyRevisions(directory: string): Promise<Survey> {
  return surveyTexts(directory, await revisionTexts(directory), sumTextIn(directory));
}

/** The same for files that are elsewhere than in the directory, in a commit for one. */
export async function surveyTexts(
  directory: string,
  texts: readonly RevisionText[],
  sumText: string | undefined,
): Promise<Survey> {
  const { parseRevision } = await import("./parse.js");
  return survey(directory, texts, sumText, parseRevision);
}

const sumTextIn = (directory: string) => readIfPresent(join(directory, sumFileName));

async function survey<P extends ParsedHeader>(
  directory: string,
  texts: readonly RevisionText[],
  sumText: string | undefined,
  parse: (text: string, path: string) => Promise<P>,
): Promise<Survey<P & HeaderFile>> {
  const problems: DmError[] = [];
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  const files: (P & HeaderFile)[] = [];
  for (const [index, text] of texts.entries()) {
    // Now and then, what waits for a database's answer has its turn.
    if (index % 25 === 0) await setImmediate();
    const file = await attempt(() => readFileOf(directory, text, parse));
    if (file !== undefined) files.push(file);
  }
  problems.push(...duplicates(files));
  const found = problems.length;
  const sum =
    sumText === undefined ? undefined : await attempt(() => parseSum(sumText, join(directory, sumFileName)));
  const differences = problems.length > found ? [] : compareSum(sum, texts);
  const revisions = files.map(({ revision }) => revision);
  return { directory, files, revisions, sum, differences, texts, problems };
}

/** The graph of a set's revisions; what is wrong with it is named by file and line. */
export function graphOf({ files, revisions }: RevisionSet<HeaderFile>): RevisionGraph {
  const headers = new Map(files.map(({ revision, header }) => [revision.id, header]));
  return buildGraph(revisions, (id, key) => headers.get(id)?.[key] ?? headers.get(id)?.id);
}

/** The checksums that dm.sum records, or nothing when there is no such file. */
export async function readSum(directory: string): Promise<Sum | undefined> {
  const path = join(directory, sumFileName);
  const content = readIfPresent(path);
  return content === undefined ? undefined : parseSum(content, path);
}

/** Takes the lines of both sides where git has left a conflict in dm.sum. @returns whether there was one. */
export async function joinSum(directory: string): Promise<boolean> {
  const path = join(directory, sumFileName);
  const content = readIfPresent(path);
  if (content === undefined || !isInConflict(content)) return false;
  const names = new Set(await namesIn(directory));
  await writeSum(
    directory,
    mergeSum(content, path, (name) => names.has(name)),
  );
  return true;
}

/** Writes dm.sum; never half of it. */
export async function writeSum(directory: string, sum: Sum): Promise<void> {
  await putFiles(directory, [{ name: sumFileName, text: formatSum(sum) }]);
}

/** Writes a new revision and its line in dm.sum. See {@link writeRevisions}. */
export async function writeRevision(directory: string, revision: Revision): Promise<string> {
  const [path = ""] = await writeRevisions(directory, [revision]);
  return path;
}

/**
 * Writes new revisions and their lines in dm.sum, all or none of them, and returns their paths. Existing
 * files are never overwritten, and their lines in dm.sum stay as they are, so that an edit stays visible.
 */
export function writeRevisions(directory: string, revisions: readonly Revision[]): Promise<string[]> {
  return replaceRevisions(directory, [], revisions);
}

/** The same, and takes old files and their lines in dm.sum out. */
export async function replaceRevisions(
  directory: string,
  old: readonly Pick<RevisionText, "name">[],
  revisions: readonly Revision[],
): Promise<string[]> {
  const sum = await readSum(directory);
  if (sum?.isWhole === false) throw editedSum(directory);
  const { formatRevision } = await import("./format.js");
  const texts: RevisionText[] = [];
  for (const revision of revisions) {
    texts.push({ name: revisionFileName(revision), text: await formatRevision(revision) });
  }
  await mkdir(directory, { recursive: true });
  await refuseExisting(directory, revisions);
  const names = old.map(({ name }) => name);
  const sumText = { name: sumFileName, text: formatSum(withFiles(withoutFiles(sum, names), texts)) };
  await putFiles(directory, [...texts, sumText], names);
  return texts.map(({ name }) => join(directory, name));
}

/** Makes a revision the only one: the other files and their lines in dm.sum, whatever that holds, go. */
export async function startAnew(
  directory: string,
  old: readonly Pick<RevisionText, "name">[],
  revision: Revision,
): Promise<string> {
  const { formatRevision } = await import("./format.js");
  const text = { name: revisionFileName(revision), text: await formatRevision(revision) };
  const sumText = { name: sumFileName, text: formatSum(withFiles(undefined, [text])) };
  await putFiles(
    directory,
    [text, sumText],
    old.map(({ name }) => name),
  );
  return join(directory, text.name);
}

/** Puts files as they are into a directory, with their lines in its dm.sum, and returns their paths. */
export async function restoreFiles(directory: string, files: readonly RevisionText[]): Promise<string[]> {
  if (files.length === 0) return [];
  await mkdir(directory, { recursive: true });
  const sum = await readSum(directory);
  if (sum?.isWhole === false) throw editedSum(directory);
  const texts = files.map(({ name, text }) => ({ name, text }));
  await putFiles(directory, [...texts, { name: sumFileName, text: formatSum(withFiles(sum, texts)) }]);
  return texts.map(({ name }) => join(directory, name));
}

function editedSum(directory: string): DmError {
  const path = join(directory, sumFileName);
  return new DmError("DM4023", "dm.sum itself was edited: its first line is not the checksum of the others", {
    at: { file: path, line: 1, column: 1 },
    next: [`git diff -- ${path}   shows the edit`, `git checkout -- ${path}   takes it back`],
    exit: exitCode.refused,
  });
}

async function refuseExisting(directory: string, revisions: readonly Revision[]): Promise<void> {
  const ids = new Map((await readdir(directory)).map((name) => [parseRevisionFileName(name)?.id, name]));
  for (const { id } of revisions) {
    const name = ids.get(id);
    if (name === undefined) continue;
    throw new DmError("DM4013", `a file of revision ${id} exists`, {
      at: join(directory, name),
      next: ["delete it first if the new one is to replace it", "or give the new one another id"],
    });
  }
}

async function readFileOf<P extends ParsedHeader>(
  directory: string,
  { name, text }: RevisionText,
  parse: (text: string, path: string) => Promise<P>,
): Promise<P & HeaderFile> {
  const path = join(directory, name);
  const parts = parseRevisionFileName(name);
  if (parts === undefined) {
    throw new DmError("DM4010", `${name} is not the name of a revision`, {
      at: { file: path, line: 1, column: 1 },
      next: ["name it TIMESTAMP_ID_WORDS.sql, as dm new does", "or move it out of the directory"],
    });
  }
  const parsed = await parse(text, path);
  if (parsed.revision.id !== parts.id) {
    throw new DmError("DM4011", `the file's name says ${parts.id}, its header ${parsed.revision.id}`, {
      at: parsed.header.id ?? { file: path, line: 1, column: 1 },
      next: [
        `correct the header to "id: ${parts.id}"`,
        `or rename the file to …_${parsed.revision.id}_….sql`,
      ],
    });
  }
  return { ...parsed, name, text, path };
}

function duplicates(files: readonly HeaderFile[]): DmError[] {
  const byId = new Map<string, HeaderFile>();
  return files.flatMap((file) => {
    const { id } = file.revision;
    const other = byId.get(id);
    if (other === undefined) byId.set(id, file);
    if (other === undefined) return [];
    return new DmError("DM4012", `two files are revision ${id}`, {
      at: file.header.id ?? { file: file.path, line: 1, column: 1 },
      details: [other.path, file.path],
      next: ["delete the copy, or give it an id of its own in its name and header"],
    });
  });
}
