import { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { Database } from "../database/database.js";
import { type Shadow, withShadow } from "../database/shadow.js";
import { managed, sharedBy } from "../manage/managed.js";
import { openParser, type Parser } from "../parse/parser.js";
import { normalForm, readSite } from "../proof/build.js";
import type { Project } from "./config.js";
import { readState } from "./state.js";
import { type Progress, withTarget } from "./target.js";

/** What most workflows need: the project's database, a shadow that fits it, and what an empty database holds there. */
export interface Workbench {
  readonly project: Project;
  readonly target: Database;
  readonly shadow: Shadow;
  /** An empty database of the shadow. */
  readonly base: Catalog;
  /** The grammar of the target's version. */
  readonly parser: Parser;
  readonly progress: Progress;
  /**
   * The target as it was when first asked for, `self` counting as the connected role. What revisions and files build
   * upon and do not make themselves is there.
   */
  whatIsThere(self?: string): Promise<Catalog>;
  /** See {@link normalForm}. */
  normalize(catalog: Catalog): Promise<Catalog>;
}

/** Opens the database of the project's environment and a shadow for it; both are closed afterwards. */
export async function withWorkbench<T>(
  project: Project,
  progress: Progress,
  work: (bench: Workbench) => Promise<T>,
): Promise<T> {
  return withTarget(project, progress, (target) => withShadowFor(project, target, progress, work));
}

/** A shadow for a database that is open already. */
export function withShadowFor<T>(
  project: Project,
  target: Database,
  progress: Progress,
  work: (bench: Workbench) => Promise<T>,
): Promise<T> {
  const { database: url, shadow: choice } = project.environment;
  progress("opening a shadow");
  const isShared = sharedBy(project.manage).length > 0;
  return withShadow({ choice, target: { database: target, url }, isShared }, async (shadow) => {
    const base = managed(await readSite(shadow, project.manage), project.manage);
    const parser = await openParser(target.version.major);
    const normalize = (catalog: Catalog) => normalForm(shadow, base, catalog);
    let there: Promise<Catalog> | undefined;
    const whatIsThere = (self?: string) => {
      there ??= readState(target, project.manage, self === undefined ? {} : { self });
      return there;
    };
    return work({ project, target, shadow, base, parser, progress, normalize, whatIsThere });
  });
}

/**
 * What `public` is in the target where the shadow is of another version: who may create there changed in version 15,
 * and no schema file says so (release notes of PostgreSQL 15).
 */
export function withPublicOf(target: Catalog, base: Catalog): Catalog {
  const isOfPublic = ({ id, parent, identity }: Fact) =>
    id === "schema public" || (parent === "schema public" && identity.of !== undefined);
  const facts = [
    ...[...base.whole.facts.values()].filter((fact) => !isOfPublic(fact)),
    ...[...target.whole.facts.values()].filter(isOfPublic),
  ];
  const edges = [...target.whole.edges(), ...base.whole.edges()];
  return new Catalog({ major: base.major, self: base.self, facts, edges });
}
