import type { Amount } from "../apply/backfill.js";
import { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { connect } from "../database/connect.js";
import type { Database } from "../database/database.js";
import { type Shadow, withShadow } from "../database/shadow.js";
import { introspect } from "../introspect/introspect.js";
import { openParser, type Parser } from "../parse/parser.js";
import { normalForm } from "../proof/build.js";
import type { Project } from "./config.js";

/** Told what a workflow is at; people see it, programs do not. */
export type Progress = (stage: string, amount?: Amount) => void;

export const silent: Progress = () => undefined;

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

/** The project's database alone, for what needs no shadow. */
export async function withTarget<T>(
  project: Project,
  progress: Progress,
  work: (target: Database) => Promise<T>,
): Promise<T> {
  progress("connecting");
  const target = await connect(project.environment.database);
  try {
    return await work(target);
  } finally {
    await target.close();
  }
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
  return withShadow({ choice, target: { database: target, url } }, async (shadow) => {
    const base = await introspect(shadow.database);
    const parser = await openParser(target.version.major);
    const normalize = (catalog: Catalog) => normalForm(shadow, base, catalog);
    return work({ project, target, shadow, base, parser, progress, normalize });
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
    ...[...base.facts.values()].filter((fact) => !isOfPublic(fact)),
    ...[...target.facts.values()].filter(isOfPublic),
  ];
  const edges = [...target.edges(), ...base.edges()];
  return new Catalog({ major: base.major, self: base.self, facts, edges });
}
