import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { canonicalJson } from "../catalog/canonical.js";
import { Catalog, insisting } from "../catalog/catalog.js";
import { factId } from "../catalog/identity.js";
import type { Scope } from "../catalog/scope.js";
import { readSnapshot, writeSnapshot } from "../catalog/snapshot.js";
import { cacheDirectory } from "../database/pglite-template.js";
import { loadDesired } from "../desired/load.js";
import { readDesired } from "../desired/read.js";
import { rolesNamedBy } from "../desired/roles.js";
import { roleMadeBy, sharedPartOf } from "../desired/shared.js";
import type { Annotation, DesiredState, DesiredStatement } from "../desired/state.js";
import { DmError } from "../error.js";
import { introspect, introspectHere } from "../introspect/introspect.js";
import { memberPartsQuery } from "../introspect/member-parts.js";
import { kindNames, kindOf } from "../kinds/index.js";
import { coversRole, managed, sharedBy, withRoles } from "../manage/managed.js";
import { unmanagedOf, withNeeds } from "../manage/surroundings.js";
import { plan } from "../plan/plan.js";
import { dropRoles } from "../proof/build.js";
import { commitEvery, runStatements } from "../proof/run.js";
import { withShared } from "../proof/shared.js";
import { raw } from "../sql/sql.js";
import { version } from "../version.js";
import { readState, readStateHere } from "./state.js";
import { supply } from "./supply.js";
import { type Workbench, withPublicOf } from "./workbench.js";

/** What the schema files ask for. */
export interface Wanted {
  /** In normal form. */
  readonly catalog: Catalog;
  readonly annotations: readonly Annotation[];
}

/** The same, and the files' statements. */
export interface LoadedWanted extends Wanted {
  readonly statements: readonly DesiredStatement[];
}

/**
 * Loads schema files into the shadow and reads them back. An unchanged schema is not loaded again: its catalog is kept
 * in the user's cache, by a hash of the files, the shadow's version and this program's.
 * @param current the state of the target, if the shadow is of another version.
 */
export async function loadWanted(
  bench: Workbench,
  paths: string | string[],
  current?: Catalog,
): Promise<LoadedWanted> {
  bench.progress("reading the schema files");
  const { manage } = bench.project;
  const state = await readDesired(paths, bench.parser, {
    ...(manage.roles === undefined ? {} : { coversRole: (role: string) => coversRole(manage, role) }),
    manageSettings: manage.settings === true,
  });
  const scope = withRoles(manage, rolesMade(state));
  const base =
    current === undefined || current.major === bench.base.major
      ? bench.base
      : withPublicOf(current, bench.base);
  const file = join(
    cacheDirectory(process.env, process.platform, homedir()),
    "wanted",
    `${cacheKey(bench, base, state, scope, await bench.whatIsThere())}.json`,
  );
  const known = await fromCache(file);
  const { annotations, statements } = state;
  if (known !== undefined) return { catalog: managed(known, scope), annotations, statements };
  bench.progress("loading the schema files into the shadow");
  const catalog = await bench.normalize(managed(await load(bench, base, state), scope));
  await toCache(file, catalog);
  return { catalog, annotations, statements };
}

function rolesMade({ statements }: DesiredState): string[] {
  return statements.flatMap(({ statement }) => roleMadeBy(statement) ?? []);
}

/** Loads what databases share apart from the rest, where the shadow has a place for it. */
async function load(bench: Workbench, base: Catalog, state: DesiredState): Promise<Catalog> {
  const { apart, database } = bench.shadow;
  const shared = sharedBy(bench.project.manage);
  if (apart === undefined || shared.length === 0) return loadHere(bench, base, state);
  const isApart = ({ statement }: DesiredStatement) => sharedPartOf(statement) !== undefined;
  const own = state.statements.filter(isApart);
  const roles = [...new Set(own.flatMap(({ statement }) => rolesNamedBy(statement)))];
  const around = await apart.trial(async () => {
    await loadDesired({ ...state, statements: own, roles, extensions: [] }, apart);
    return introspectHere(apart, { shared, onlySharedOf: database.version.major });
  });
  const statements = state.statements.filter((desired) => !isApart(desired));
  const named = [...new Set(statements.flatMap(({ statement }) => rolesNamedBy(statement)))];
  return withShared(await loadHere(bench, base, { ...state, statements, roles: named }), around);
}

async function loadHere(bench: Workbench, base: Catalog, state: DesiredState): Promise<Catalog> {
  const { apart, database } = bench.shadow;
  const scope = bench.project.manage;
  const prepare = plan(bench.base.whole, base.whole);
  const shared = apart === undefined ? sharedBy(scope) : [];
  // A large schema does not fit into one transaction's share of the lock table.
  if (state.statements.length <= 3000) {
    return database.trial(async () => {
      await runStatements(database, prepare);
      await loadDesired(state, database, {
        supply: async (texts) =>
          supply(bench, await readStateHere(database, scope), texts, (list) => runStatements(database, list)),
      });
      return withVersions(await introspectHere(database, { shared }), state);
    });
  }
  return bench.shadow.fresh(async (scratch) => {
    await scratch.transaction(() => runStatements(scratch, prepare));
    const { createdRoles } = await loadDesired(state, scratch, {
      commitEvery,
      supply: async (texts) =>
        supply(bench, await readState(scratch, scope), texts, (list) =>
          scratch.transaction(() => runStatements(scratch, list)),
        ),
    });
    const catalog = await introspect(scratch, { shared });
    if (scratch.engine === "server") await dropRoles(scratch, createdRoles);
    return withVersions(catalog, state);
  });
}

/** The files insist on the version of an extension where they name one. */
function withVersions(catalog: Catalog, { extensions }: DesiredState): Catalog {
  const fixed = new Set(
    extensions
      .filter(({ version }) => version !== undefined)
      .map(({ name }) => factId({ kind: "extension", name })),
  );
  return fixed.size === 0 ? catalog : insisting(catalog, (id) => (fixed.has(id) ? ["version"] : undefined));
}

/** Everything that the cached catalog depends on; how it is read too, because that may change between builds. */
function cacheKey(
  { shadow }: Workbench,
  base: Catalog,
  state: DesiredState,
  scope: Scope,
  there: Catalog,
): string {
  const { database, description } = shadow;
  const around = new Catalog({ major: there.major, self: there.self, facts: unmanagedOf(there), edges: [] });
  const parts = [
    ...[version, description, database.version.number, base.self, base.whole.fingerprint, state.hash],
    ...[canonicalJson(scope), around.fingerprint],
  ];
  const queries = kindNames.map((kind) =>
    kindOf(kind).query({ major: base.major, self: raw("current_user") }),
  );
  return createHash("sha256")
    .update([...parts, ...queries, memberPartsQuery].join("\n"))
    .digest("hex");
}

/** An absent or damaged entry is as good as none: it is made again. */
async function fromCache(file: string): Promise<Catalog | undefined> {
  try {
    return readSnapshot(await readFile(file, "utf8"), file);
  } catch (error) {
    if (isAbsent(error) || error instanceof DmError) return undefined;
    throw error;
  }
}

/** A cache that cannot be written costs time, nothing else. */
async function toCache(file: string, catalog: Catalog): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    await writeFile(temporary, writeSnapshot(catalog, withNeeds(catalog)));
    await rename(temporary, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
