import { readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import type { DmError } from "../../src/error.js";
import { type LintSettings, usualLint } from "../../src/lint/settings.js";
import { applyRevisions } from "../../src/project/apply.js";
import { openProject } from "../../src/project/config.js";
import { lintIn } from "../../src/project/lint.js";
import { newRevision } from "../../src/project/new.js";
import { planRevision } from "../../src/project/plan.js";
import { silent } from "../../src/project/target.js";
import { withWorkbench } from "../../src/project/workbench.js";
import { withProject, writeSchema } from "../support/project.js";

const patient = `CREATE TABLE patient (
  id bigint PRIMARY KEY,
  email text
);
`;
const sizes = (rows: number) =>
  `from: tests\ntaken: 2025-03-04\nrelations:\n  public.patient: { rows: ${rows}, bytes: ${rows * 100}, indexes: 1000 }\n`;

test("open revisions and schema files are judged together, each finding at its place", async () => {
  await withProject({ schema: { "patient.sql": patient } }, async (project) => {
    await planRevision(project, { message: "patients" });
    await applyRevisions(project, {});
    // An environment on a server: the sizes are those of the file.
    const config = join(project.root, "dm.yaml");
    const production = '  production: { database: "postgres://db.example/clinic" }\n';
    await writeFile(config, `${await readFile(config, "utf8")}${production}`);
    const opened = await openProject({ cwd: project.root, env: "local" });
    const setSizes = (rows: number) => writeFile(join(project.root, "dm.sizes.yaml"), sizes(rows));
    await setSizes(10_000_000);

    await withWorkbench(opened, silent, async (bench) => {
      const lint = async (files?: readonly string[], settings: Partial<LintSettings> = {}) => {
        const lintOf = { ...usualLint, ...settings };
        const findings = await lintIn({ ...bench, project: { ...opened, lint: lintOf } }, files);
        return findings.map(
          ({ code, at }) =>
            `${code} ${basename(at.file).replace(/^\d+_[0-9a-f]+_/, "")}:${at.line}:${at.column}`,
        );
      };
      const write = async (file: string, up: string, down = "", header = "") => {
        const text = (await readFile(file, "utf8")).replace(/\*\/.*/s, "");
        await writeFile(file, `${text}${header}*/\n-- dm:up\n${up}\n-- dm:down\n${down}\n`);
      };
      const lineOf = async (file: string, text: string) =>
        (await readFile(file, "utf8")).split("\n").findIndex((line) => line.startsWith(text)) + 1;

      // What is applied is left alone.
      expect(await lint()).toEqual([]);
      const { file, id } = await newRevision(opened, { message: "by hand" });
      await write(
        file,
        "ALTER TABLE patient ADD COLUMN phone text;\n-- dm:step\nCREATE INDEX patient_email_idx ON patient (email);",
        "DROP INDEX patient_email_idx;\nALTER TABLE patient DROP COLUMN phone;",
      );
      const found = [
        `index-not-concurrent by_hand.sql:${await lineOf(file, "CREATE INDEX")}:1`,
        `index-drop-not-concurrent by_hand.sql:${await lineOf(file, "DROP INDEX")}:1`,
      ];
      await writeSchema(project.root, { "patient.sql": patient.replace("email text", "email char(9)") });
      const inSchema = "char-type patient.sql:3:3";
      expect(await lint()).toEqual([...found, inSchema]);
      expect(await lint([file])).toEqual(found);
      expect(await lint([join(project.root, "schema")])).toEqual([inSchema]);
      expect(await lint(undefined, { after: id, rules: { "char-type": "off" } })).toEqual([]);
      const refused = await lint(["elsewhere.sql"]).catch((error: DmError) => error);
      expect(refused).toMatchObject({ code: "DM1301" });
      await setSizes(10);
      expect(await lint([file])).toEqual([]);

      // What does not run is told at its place; what stands on it is left.
      await write(file, "ALTER TABLE patient ADD COLUMN phone text;\nUPDATE patient SET fone = '';");
      const later = await newRevision(opened, { message: "later" });
      await write(later.file, "DROP TABLE patient;");
      expect(await lint([file, later.file])).toEqual([
        `does-not-run by_hand.sql:${await lineOf(file, "UPDATE")}:20`,
      ]);

      // A hazard in the header waits for approval.
      await write(file, "SELECT 1;", "SELECT 1;");
      const drop = `drop-table later.sql:${await lineOf(later.file, "DROP TABLE")}:1`;
      expect(await lint([later.file])).toEqual([drop]);
      await write(later.file, "DROP TABLE patient;", "", "hazards: [DATA_LOSS]\nirreversible: it is empty\n");
      expect(await lint([later.file])).toEqual([]);

      // Exceptions in YAML.
      const yaml = (comment: string) => ({
        "country.yaml": `schema: public\ntables:\n  country:\n    columns:\n      ${comment}\n      code: char(2)\n    primary_key: [code]\n`,
      });
      await rm(join(project.root, "schema", "patient.sql"));
      await writeSchema(project.root, yaml("# two letters"));
      expect(await lint([opened.schema])).toEqual(["char-type country.yaml:6:7"]);
      await writeSchema(project.root, yaml("# @ignore json-type, char-type: ISO 3166"));
      expect(await lint([opened.schema])).toEqual(["unused-ignore country.yaml:5:7"]);

      // The project's own sample.
      const schema = join(import.meta.dirname, "../../schema");
      const sample = { ...bench, project: { ...opened, schema } };
      expect(await lintIn(sample, [schema])).toEqual([]);
    });
  });
}, 180_000);
