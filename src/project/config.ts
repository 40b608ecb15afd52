import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, parse, resolve } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { type PaceSettings, usualPace } from "../apply/backfill-pace.js";
import type { Scope } from "../catalog/scope.js";
import { DmError } from "../error.js";
import type { LintSettings } from "../lint/settings.js";
import { readPattern } from "../manage/pattern.js";
import { lintSchema } from "./lint-settings.js";
import { type Online, onlineSchema } from "./online.js";

export const configFileName = "dm.yaml";

/** One database that a project keeps. */
export interface Environment {
  readonly name: string;
  /** `postgres://…`, a conninfo string, or `pglite:DIRECTORY`. */
  readonly database: string;
  /** `auto`, `pglite`, or the URL of a server where scratch databases may be made. */
  readonly shadow: string;
  /** Hazards that need no approval here. */
  readonly allow: readonly string[];
}

export interface Project {
  /** Where dm.yaml is; the working directory without one. */
  readonly root: string;
  readonly configFile?: string;
  /** Absolute path of the schema directory or file. */
  readonly schema: string;
  /** Absolute path of the revision files. */
  readonly revisions: string;
  readonly lockTimeout: string;
  /** What dm manages of the databases. */
  readonly manage: Scope;
  /** `statement_timeout` of each preflight query. */
  readonly preflightTimeout: string;
  readonly online: Online;
  /** How hard backfills may press. */
  readonly pace: PaceSettings;
  readonly lint: LintSettings;
  /** Where what apply and rollback did is written beside the journal, a JSON document a line; absolute. */
  readonly logFile?: string;
  /** The one that commands act upon. */
  readonly environment: Environment;
  readonly environments: ReadonlyMap<string, Environment>;
}

export interface OpenOptions {
  /** Path of the config file; else dm.yaml is searched upwards. */
  readonly config?: string;
  /** Name of the environment; else DM_ENV, else `local`. */
  readonly env?: string;
  /** Takes the place of the environment's database. */
  readonly database?: string;
  readonly cwd?: string;
}

const environmentSchema = z.strictObject({
  database: z.string(),
  shadow: z.string().default("auto"),
  allow: z.array(z.string()).default([]),
});

const pattern = z
  .string()
  .refine((text) => readPattern(text) !== undefined, "a pattern such as auth, auth.* or *.tmp_*");
const positivePattern = pattern.refine((text) => !text.startsWith("!"), "only exclude takes patterns with !");
const kind = z.string().refine(isKind, "a kind such as view or -privilege: docs/config.md");
const some = <T extends z.ZodType>(item: T) => z.exactOptional(z.array(item).min(1));

const manageSchema: z.ZodType<Scope> = z
  .strictObject({
    schemas: some(positivePattern),
    exclude: some(pattern),
    kinds: some(kind),
    roles: z.exactOptional(z.union([z.boolean(), z.array(positivePattern).min(1)])),
    settings: z.exactOptional(z.boolean()),
  })
  .transform(({ roles = false, settings, ...rest }) => ({
    ...rest,
    ...(roles === false ? {} : { roles }),
    ...(settings === true ? { settings } : {}),
  }));

const duration = z.string().regex(/^\d+(ms|s|min)?$/, "a duration such as 3s");
const rows = z.int().positive();

const backfillSchema = z
  .strictObject({
    target: duration.transform(milliseconds).default(usualPace.target),
    pause: z.number().min(0).default(usualPace.pause),
    batch: z
      .strictObject({ min: rows.default(usualPace.batch.min), max: rows.default(usualPace.batch.max) })
      .refine(({ min, max }) => min <= max, "min is more than max")
      .default(usualPace.batch),
    max_lag: z
      .string()
      .regex(/^(\d+(ms|s|min|kB|MB|GB)|off)$/, "a duration such as 10s, a size such as 64MB, or off")
      .transform(lagLimit)
      .default(usualPace.maxLag),
  })
  .transform(({ max_lag: maxLag, ...pace }): PaceSettings => ({ ...pace, maxLag }))
  .default(usualPace);

const configSchema = z.strictObject({
  schema: z.string().default("schema"),
  revisions: z.string().default("revisions"),
  lock_timeout: duration.default("3s"),
  backfill: backfillSchema,
  manage: manageSchema.prefault({}),
  preflight_timeout: z
    .string()
    .regex(/^\d+(ms|s|min|h)?$/, "a duration such as 5min")
    .default("5min"),
  online: onlineSchema,
  lint: lintSchema,
  log: z.exactOptional(z.strictObject({ file: z.string().min(1) })),
  environments: z.record(z.string(), environmentSchema).default({}),
});

type Config = z.infer<typeof configSchema>;

/**
 * The project around the working directory, and its chosen environment.
 * @throws DmError DM1101 without a config and a database, DM1102 for a config that cannot be read, DM1103 for an
 * environment it does not have, DM1104 for a variable that is not set.
 */
export async function openProject(options: OpenOptions = {}): Promise<Project> {
  const cwd = options.cwd ?? process.cwd();
  const configFile = options.config === undefined ? findUpwards(cwd) : resolve(cwd, options.config);
  const config = configFile === undefined ? configSchema.parse({}) : await readConfig(configFile);
  const root = configFile === undefined ? cwd : dirname(configFile);
  const environments = new Map(
    Object.entries(config.environments).map(([name, environment]) => [name, { name, ...environment }]),
  );
  const environment = chooseEnvironment(options, config, environments, configFile);
  return {
    root,
    ...(configFile === undefined ? {} : { configFile }),
    schema: resolve(root, config.schema),
    revisions: resolve(root, config.revisions),
    lockTimeout: config.lock_timeout,
    manage: config.manage,
    preflightTimeout: config.preflight_timeout,
    online: config.online,
    pace: config.backfill,
    lint: config.lint,
    ...(config.log === undefined ? {} : { logFile: resolve(root, config.log.file) }),
    environment: resolved(environment, root, configFile),
    environments,
  };
}

/** The kinds are many modules: they are loaded where a config names one. */
async function isKind(text: string): Promise<boolean> {
  const { isKindName } = await import("../kinds/index.js");
  return isKindName(text.replace(/^-/, ""));
}

/** As PostgreSQL reads it: a number without a unit is of milliseconds. */
function milliseconds(text: string): number {
  const factor = text.endsWith("min") ? 60_000 : /\ds$/.test(text) ? 1000 : 1;
  return Number.parseInt(text, 10) * factor;
}

function lagLimit(text: string): PaceSettings["maxLag"] {
  if (text === "off") return text;
  const power = ["kB", "MB", "GB"].findIndex((unit) => text.endsWith(unit)) + 1;
  return power === 0
    ? { milliseconds: milliseconds(text) }
    : { bytes: Number.parseInt(text, 10) * 1024 ** power };
}

/** An environment of the project by name, ready to connect. */
export function environmentOf(project: Project, name: string): Environment {
  const environment = project.environments.get(name);
  if (environment === undefined)
    throw unknownEnvironment(name, [...project.environments.keys()], project.configFile);
  return resolved(environment, project.root, project.configFile);
}

function findUpwards(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const file = join(at, configFileName);
    if (existsSync(file)) return file;
    if (at === parse(at).root) return undefined;
  }
}

async function readConfig(file: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new DmError("DM1102", `the config file cannot be read: ${String(cause)}`, { at: file, cause });
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new DmError("DM1102", problem.message, { at: file, cause: problem });
  const parsed = await configSchema.safeParseAsync(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  throw new DmError("DM1102", "the config file is not as it should be", {
    at: file,
    details: parsed.error.issues.map((issue) => `${issue.path.join(".") || "top level"}: ${issue.message}`),
    next: ["docs/config.md lists the keys"],
  });
}

function chooseEnvironment(
  options: OpenOptions,
  config: Config,
  environments: ReadonlyMap<string, Environment>,
  configFile: string | undefined,
): Environment {
  const named = options.env ?? process.env.DM_ENV;
  const name = named ?? "local";
  const known = environments.get(name);
  const url = options.database ?? (configFile === undefined ? process.env.DATABASE_URL : undefined);
  if (url !== undefined) return { name, shadow: "auto", allow: [], ...known, database: url };
  if (known !== undefined) return known;
  if (configFile === undefined) {
    throw new DmError("DM1101", `there is no ${configFileName} here or above, and no database was named`, {
      next: ["begin a project: dm init", "or name a database: --database URL, or DATABASE_URL"],
    });
  }
  throw unknownEnvironment(name, Object.keys(config.environments), configFile);
}

function unknownEnvironment(name: string, known: readonly string[], file: string | undefined): DmError {
  return new DmError("DM1103", `there is no environment ${name}`, {
    ...(file === undefined ? {} : { at: file }),
    details: [known.length === 0 ? "it defines none" : `it defines ${known.join(", ")}`],
    next: ["name one of them: --env NAME"],
  });
}

/** With variables filled in, and a PGlite directory made absolute. */
function resolved(environment: Environment, root: string, file: string | undefined): Environment {
  const fill = (text: string) =>
    text.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
      const value = process.env[variable];
      if (value !== undefined) return value;
      throw new DmError(
        "DM1104",
        `the variable ${variable} is not set, and the environment ${environment.name} needs it`,
        {
          ...(file === undefined ? {} : { at: file }),
          next: [`set it: export ${variable}=…`],
        },
      );
    });
  return {
    ...environment,
    database: absolutePglite(fill(environment.database), root),
    shadow: fill(environment.shadow),
  };
}

/** `pglite:DIRECTORY` relative to the project, not to where dm was called. */
export function absolutePglite(url: string, root: string): string {
  const directory = /^pglite:(.+)$/.exec(url)?.[1];
  return directory === undefined || isAbsolute(directory) ? url : `pglite:${resolve(root, directory)}`;
}
