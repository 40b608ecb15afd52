import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTwoFilesPatch } from "diff";
import pc from "picocolors";
import { withDatabase } from "../src/index.js";

/**
 * The main job of dm on an embedded PostgreSQL, with the real commands: plan, apply, edit, plan, apply,
 * drift, undo, rollback. Run by `npm run demo`.
 */
async function demo(directory: string): Promise<void> {
  const dm = commandIn(directory);
  const database = `pglite:${path.join(directory, "database")}`;

  chapter("A project: dm.yaml, and a schema directory with the sample clinic");
  await cp(path.join(packageRoot, "schema"), path.join(directory, "schema"), {
    recursive: true,
    dereference: true,
  });
  await writeFile(path.join(directory, "dm.yaml"), config);
  console.log(config.trimEnd());

  chapter("Roles belong to the server, so they are there before the schema is");
  await byHand(database, "CREATE ROLE front_desk; CREATE ROLE dentist; CREATE ROLE accounting;");

  chapter("From an empty database to the clinic: a revision file, proven in a shadow, then applied");
  dm(["plan", "-m", "The clinic"]);
  dm(["apply"]);
  await byHand(database, rows);

  chapter("A change: edit the schema, let dm plan it");
  await edit(path.join(directory, "schema/people.sql"), (text) =>
    text
      .replace("  phone text,\n", "  phone text,\n  recall_on date,\n")
      .replace(
        "COMMENT ON TABLE clinic.patient",
        "CREATE INDEX patient_recall_on_idx ON clinic.patient (recall_on) WHERE recall_on IS NOT NULL;\n$&",
      ),
  );
  dm(["plan", "-m", "Recall dates"]);
  dm(["show", "head"]);
  dm(["apply"]);
  dm(["history"]);

  chapter("Meanwhile somebody changes the database by hand");
  await byHand(database, "ALTER TABLE clinic.patient ADD COLUMN shoe_size integer;");
  dm(["drift"], 2);

  chapter(
    "Undone by hand too, and the database is again what the revisions say: the last one can be taken back",
  );
  await byHand(database, "ALTER TABLE clinic.patient DROP COLUMN shoe_size;");
  dm(["drift"]);
  dm(["rollback", "--yes"]);
  dm(["status"]);
  await byHand(database, "SELECT count(*) AS patients_still_there FROM clinic.patient;");
}

const packageRoot = path.resolve(import.meta.dirname, "../..");

const config = `schema: schema
revisions: revisions
environments:
  local:
    database: pglite:database
`;

const rows = `INSERT INTO clinic.clinic (name, city) VALUES ('Harbour Dental', 'Kiel');
INSERT INTO clinic.patient (clinic_id, name, born_on, phone)
  SELECT 1, 'Patient ' || n, date '1980-01-01' + n, '+49 431 ' || n FROM generate_series(1, 500) n;`;

const next = `Your turn:

  npx dm init                                     begin a project here
  npx dm init --database postgres://user@host/db  begin with what a database holds
  npx dm --help                                   all commands

docs/getting-started.md goes on from here.`;

function chapter(title: string): void {
  console.log(`\n${pc.bold(title)}\n`);
}

/** Runs `dm` as a shell would, and holds it to its exit code. */
function commandIn(directory: string): (args: readonly string[], expected?: number) => void {
  const { DATABASE_URL: _url, DM_ENV: _env, ...env } = process.env;
  return (args, expected = 0) => {
    console.log(
      pc.cyan(`$ dm ${args.map((arg) => (/^[\w=+./-]+$/.test(arg) ? arg : `"${arg}"`)).join(" ")}`),
    );
    const main = path.join(import.meta.dirname, "main.js");
    const { status, signal, error } = spawnSync(process.execPath, [main, ...args], {
      cwd: directory,
      env,
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (error !== undefined) throw error;
    if (status !== expected) {
      throw new Error(`dm ${args[0]} ended with ${status ?? signal}; ${expected} was expected`);
    }
    console.log(expected === 0 ? "" : pc.dim(`(exit ${expected}: differences were found)\n`));
  };
}

/** SQL that does not come from dm. */
async function byHand(database: string, text: string): Promise<void> {
  console.log(text.replace(/^/gm, pc.yellow("sql> ")));
  const results = await withDatabase(database, (session) => session.script(text));
  for (const row of results.flat()) console.log(JSON.stringify(row));
  console.log();
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(file, "utf8");
  const after = change(before);
  await writeFile(file, after);
  const name = `schema/${path.basename(file)}`;
  const patch = createTwoFilesPatch(name, name, before, after, "", "", { context: 1 });
  const paint: Readonly<Record<string, (text: string) => string>> = { "+": pc.green, "-": pc.red };
  const lines = patch.trimEnd().split("\n");
  const shown = lines.slice(lines.findIndex((line) => line.startsWith("---")));
  console.log(`${shown.map((line) => (paint[line[0] ?? ""] ?? pc.dim)(line)).join("\n")}\n`);
}

const directory = await mkdtemp(path.join(tmpdir(), "dm-demo-"));
try {
  await demo(directory);
  console.log(`\n${next}`);
} catch (error) {
  console.error(pc.red(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`));
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
