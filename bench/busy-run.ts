import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inDatabase, withDatabase } from "../src/database/connect.js";
import { DmError } from "../src/error.js";
import { type ApplyRequest, applyRevisions } from "../src/project/apply.js";
import { openProject, type Project } from "../src/project/config.js";
import { planRevision } from "../src/project/plan.js";
import { type Change, edited } from "./busy-changes.js";
import type { Load } from "./busy-clients.js";
import type { Ground } from "./busy-schema.js";
import type { Application, Tally } from "./busy-talk.js";

/** Milliseconds for which a change that takes less is watched, and a load without one. */
const least = 3000;
const idle = 10_000;
/** Milliseconds between the two halves of a deployment. */
const apart = 1000;

/** Databases of that state are copied from it; its project is where the revisions of the state are. */
export interface Template {
  readonly ground: Ground;
  readonly database: string;
  readonly root: string;
}

/** Where the bench runs. */
export interface Place {
  /** A database of the server's, as its superuser. */
  readonly admin: string;
  readonly major: number;
  readonly rows: number;
  readonly load: Load;
  /** A directory that goes at the end. */
  readonly files: string;
  /** Told what runs now. */
  readonly progress: (stage: string) => void;
}

export interface Outcome {
  readonly tallies: readonly Tally[];
  /** How long it took to apply, without deployments; nothing where there was nothing to apply. */
  readonly took?: number;
  /** Why the change could not be made. */
  readonly error?: string;
}

async function projectIn(root: string, url: string, schema: string): Promise<Project> {
  await mkdir(path.join(root, "schema"), { recursive: true });
  await writeFile(path.join(root, "schema/clinic.sql"), schema);
  const environment = { local: { database: url, allow: ["all"] } };
  await writeFile(path.join(root, "dm.yaml"), `environments: ${JSON.stringify(environment)}\n`);
  return openProject({ cwd: root, env: "local" });
}

async function planned(project: Project, mode: "always" | "never", message: string) {
  const { revisions } = await planRevision({ ...project, online: { ...project.online, mode } }, { message });
  if (revisions.length === 0) throw new Error(`${message}: nothing is planned`);
}

export async function makeTemplate(ground: Ground, place: Place): Promise<Template> {
  const { admin, rows, files, progress } = place;
  const root = path.join(files, ground.name);
  const database = `template_${ground.name}`;
  progress(`filling the tables of ${ground.name} with ${rows} rows`);
  await withDatabase(admin, (one) => one.script(`CREATE DATABASE ${database}`));
  const url = inDatabase(admin, database);
  const project = await projectIn(root, url, ground.schema);
  await planned(project, "never", "The clinic");
  await applyRevisions(project, {});
  await withDatabase(url, async (one) => {
    await one.script(ground.fill(rows));
    await one.script("VACUUM ANALYZE");
    await one.script("CHECKPOINT");
  });
  return { ground, database, root };
}

/** A database of the template's state and its project, while the work lasts. */
async function inCopy<T>(
  { ground, database, root }: Template,
  { admin, major, files }: Place,
  work: (project: Project) => Promise<T>,
): Promise<T> {
  const own = await mkdtemp(path.join(files, "copy-"));
  const strategy = major >= 15 ? " STRATEGY FILE_COPY" : "";
  try {
    await cp(root, own, { recursive: true });
    await withDatabase(admin, (one) => one.script(`CREATE DATABASE busy TEMPLATE ${database}${strategy}`));
    return await work(await projectIn(own, inDatabase(admin, "busy"), ground.schema));
  } finally {
    await withDatabase(admin, (one) => one.script("DROP DATABASE IF EXISTS busy WITH (FORCE)"));
    await rm(own, { recursive: true, force: true });
  }
}

/** What the load does while the work is done, and for a while longer where that is soon done. */
async function underLoad(
  { rows, load }: Place,
  project: Project,
  application: Application,
  work: () => Promise<Omit<Outcome, "tallies">>,
): Promise<Outcome> {
  await load.start(project.environment.database, rows, application);
  try {
    await sleep(1500);
    await load.begin();
    const began = performance.now();
    const outcome = await work();
    await sleep(Math.max(0, least - (performance.now() - began)));
    return { ...outcome, tallies: await load.tell() };
  } finally {
    await load.end();
  }
}

/** The load alone. */
export function runIdle(template: Template, place: Place): Promise<Outcome> {
  return inCopy(template, place, (project) =>
    underLoad(place, project, template.ground.application, async () => {
      await sleep(idle);
      return {};
    }),
  );
}

/** One change in one form. It is planned before the load begins: what is measured is how it is applied. */
export function runChange(
  template: Template,
  change: Change,
  form: "direct" | "phased",
  place: Place,
): Promise<Outcome> {
  return inCopy(template, place, async (project) => {
    const { name, ground, prepared = {}, edit } = change;
    const before = edited(ground.schema, prepared);
    const write = (schema: string) => projectIn(project.root, project.environment.database, schema);
    if (change.prepared !== undefined) {
      await write(before);
      place.progress("preparing");
      await planned(project, "never", `${name}: before`);
      await applyRevisions(project, {});
      await withDatabase(project.environment.database, (one) => one.script("ANALYZE"));
    }
    await write(edited(before, edit));
    place.progress("planning");
    await planned(project, form === "direct" ? "never" : "always", name);
    return underLoad(place, project, change.old ?? ground.application, () =>
      carriedOut(project, change, form, place),
    );
  });
}

/**
 * The new version of the application is deployed when the change is made at once, and before its cleanup when it is
 * made in phases.
 */
async function carriedOut(
  project: Project,
  { next }: Change,
  form: "direct" | "phased",
  { load, progress }: Place,
): Promise<Omit<Outcome, "tallies">> {
  let took = 0;
  const apply = async (request: ApplyRequest) => {
    const began = performance.now();
    try {
      await applyRevisions(project, { ...request, progress });
    } finally {
      took += performance.now() - began;
    }
  };
  const deploy = async () => {
    if (next === undefined) return;
    progress("deploying");
    await load.deploy(next, apart);
  };
  try {
    await apply({ cleanup: form === "direct" });
    await deploy();
    if (form === "phased") await apply({ cleanup: true });
    return { took };
  } catch (error) {
    if (!(error instanceof DmError)) throw error;
    return { took, error: `${error.code} ${error.message}` };
  }
}
