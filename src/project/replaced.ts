import { join } from "node:path";
import {
  type JournaledRevision,
  journaledRevisions,
  recordReplaced,
  writeJournal,
} from "../apply/journal.js";
import type { Database } from "../database/database.js";
import { DmError, exitCode } from "../error.js";
import { graphOf, type HeaderFile, type RevisionSet } from "../revision/directory.js";
import { checksum } from "../revision/sum.js";
import { version } from "../version.js";
import { type Chain, replacedDirectory } from "./chain.js";

/** One that replaces others, and which of them a database must have for it; less those that are replaced twice. */
interface Replacement {
  readonly file: HeaderFile;
  readonly parts: readonly string[];
}

/** Replacements by their ids, each after those that it replaces itself. */
function replacementsIn(
  set: RevisionSet<HeaderFile>,
  old: RevisionSet<HeaderFile> | undefined,
): Map<string, Replacement> {
  const all = [...(old?.files ?? []), ...set.files].filter(
    ({ revision }) => (revision.replaces ?? []).length > 0,
  );
  const inner = (file: HeaderFile) =>
    all.filter(({ revision }) => file.revision.replaces?.includes(revision.id));
  const depth = (file: HeaderFile): number => 1 + Math.max(0, ...inner(file).map(depth));
  return new Map(
    all
      .toSorted((a, b) => depth(a) - depth(b))
      .map((file) => {
        const covered = new Set(inner(file).flatMap(({ revision }) => revision.replaces ?? []));
        const parts = (file.revision.replaces ?? []).filter((id) => !covered.has(id));
        return [file.revision.id, { file, parts }];
      }),
  );
}

/** What a database has applied, in the words of the files. */
export interface Understood {
  readonly applied: readonly JournaledRevision[];
  /** Revisions that the database has all parts of, under the names of the parts. */
  readonly adopted: readonly Replacement[];
  /** Revisions of whose parts the database has some. */
  readonly inside: readonly Replacement[];
}

/** Reads rows that were written before revisions were replaced by one. */
export function understand(
  applied: readonly JournaledRevision[],
  set: RevisionSet<HeaderFile>,
  old: RevisionSet<HeaderFile> | undefined,
): Understood {
  let rows = [...applied];
  const adopted: Replacement[] = [];
  const inside: Replacement[] = [];
  for (const one of replacementsIn(set, old).values()) {
    const { file, parts } = one;
    const { id } = file.revision;
    if (rows.some((row) => row.id === id)) continue;
    const own = rows.filter((row) => parts.includes(row.id));
    const last = own.at(-1);
    const isBegun = own.length > 0 || inside.some((part) => parts.includes(part.file.revision.id));
    if (last === undefined || own.length < parts.length) {
      if (isBegun) inside.push(one);
      continue;
    }
    const row = { ...last, id, content: file.text, checksum: checksum(file.text), milliseconds: 0 };
    rows = rows.flatMap((kept) => (kept === last ? [row] : own.includes(kept) ? [] : [kept]));
    adopted.push(one);
  }
  return { applied: rows, adopted, inside };
}

/** What a database has applied, as the files of a chain name it. */
export async function understoodOf({ set, old }: Chain<HeaderFile>, database: Database): Promise<Understood> {
  return understand(await journaledRevisions(database), set, old);
}

/**
 * The chain as a database needs it that stands between revisions which one replaced: with the old files in its place.
 * @throws DmError DM4131 when they are not kept.
 */
export async function chainFor<F extends HeaderFile>(chain: Chain<F>, database: Database): Promise<Chain<F>> {
  const { inside } = await understoodOf(chain, database);
  const open = new Map(inside.map((one) => [one.file.revision.id, one]));
  if (open.size === 0) return chain;
  const old = new Map((chain.old?.files ?? []).map((file) => [file.revision.id, file]));
  let files = [...chain.set.files];
  for (;;) {
    const next = files.find(({ revision }) => open.has(revision.id));
    const replacement = next && open.get(next.revision.id);
    if (next === undefined || replacement === undefined) break;
    const parts = replacement.parts.map((id) => old.get(id));
    if (parts.includes(undefined)) throw notKept(replacement, database, chain);
    const present = parts.filter((file) => file !== undefined);
    files = expanded(files, next, present);
  }
  const set = {
    ...chain.set,
    files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    revisions: files.map(({ revision }) => revision),
    differences: [...chain.set.differences, ...(chain.old?.differences ?? [])],
  };
  return { ...chain, set, graph: graphOf(set) };
}

/** What stood on the replacement stands on the last of its parts. */
function expanded<F extends HeaderFile>(files: readonly F[], replacement: F, parts: readonly F[]): F[] {
  const { id } = replacement.revision;
  const within = new Set(
    parts.flatMap(({ revision }) => [...revision.parents, ...(revision.dependsOn ?? [])]),
  );
  const means = (part: HeaderFile) => [part.revision.id, ...(part.revision.replaces ?? [])];
  const ends = parts.filter((part) => !means(part).some((name) => within.has(name)));
  const renamed = (names: readonly string[]) =>
    names.flatMap((name) => (name === id ? ends.map(({ revision }) => revision.id) : [name]));
  const others = files.filter((file) => file !== replacement);
  return [...others, ...parts].map((file) => {
    const { parents, dependsOn } = file.revision;
    const links = { parents: renamed(parents), ...(dependsOn && { dependsOn: renamed(dependsOn) }) };
    return { ...file, revision: { ...file.revision, ...links } };
  });
}

/** Writes down what was understood, so that it need not be again: the rows of the parts become one. */
export async function adopt(chain: Chain, target: Database): Promise<readonly string[]> {
  const { adopted } = await understoodOf(chain, target);
  if (adopted.length === 0) return [];
  await target.transaction(async () => {
    for (const { file, parts } of adopted) {
      const { id } = file.revision;
      await recordReplaced(target, { id, checksum: checksum(file.text), content: file.text }, parts);
      await writeJournal(target, { revision: id, direction: "stamp", milliseconds: 0 }, version);
    }
  });
  return adopted.map(({ file, parts }) => `${file.revision.id} replaces ${parts.length} applied revisions`);
}

/** @throws DmError DM4131 for a database that stands between revisions which one replaced. */
export function refuseInside({ set }: Chain<HeaderFile>, { inside }: Understood, database: Database): void {
  const first = inside.find(({ file }) => set.files.includes(file));
  if (first === undefined) return;
  const { file, parts } = first;
  throw new DmError("DM4131", `the database stands inside of what ${file.revision.id} replaces`, {
    at: database.description,
    details: [`it has some of ${parts.join(", ")}`],
    next: ["dm apply   brings it to the end of them, by their old files"],
    exit: exitCode.refused,
  });
}

function notKept({ file, parts }: Replacement, database: Database, { set, old }: Chain<HeaderFile>): DmError {
  const kept = new Set(old?.files.map(({ revision }) => revision.id));
  return new DmError("DM4131", `the database stands inside of what ${file.revision.id} replaces`, {
    at: database.description,
    details: [
      `${parts.filter((id) => !kept.has(id)).join(", ")}: no file in ${join(set.directory, replacedDirectory)}`,
    ],
    next: ["bring the old files back from version control: git log --diff-filter=D -- revisions"],
    exit: exitCode.refused,
  });
}
