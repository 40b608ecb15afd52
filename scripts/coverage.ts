import { readFile } from "node:fs/promises";
import path from "node:path";
import type { KindName } from "../src/catalog/fact.js";
import { openPglite } from "../src/database/pglite.js";
import { introspectHere } from "../src/introspect/introspect.js";
import { type AnyKind, kindNames, kindOf } from "../src/kinds/index.js";
import { raw } from "../src/sql/sql.js";
import { type KindProse, readProse } from "./kind-prose.js";

const root = path.dirname(import.meta.dirname);
const majors = [14, 15, 16, 17, 18] as const;

const head = `# Coverage

What dm reads of a database, and how each part of it changes. This page is written by \`npm run docs\` from the kinds
themselves (\`src/kinds/\`) and from what they read in a database that holds one of everything.

- **in place**: an ALTER (or CREATE OR REPLACE) changes it; rows, values and dependents stay.
- **in place where PostgreSQL can**: the note says when; otherwise it is replaced.
- **replaced**: dropped and created, together with what depends on it, in the right order.
- **set aside**: the old one is renamed away, columns and rows move to the new one with their values, then it is dropped.

*since* is the first major version of PostgreSQL that has it, where that is not all of 14 to 18.
`;

const notModelled = `## What dm leaves alone

Plans, drift and status name what they find of these, and change none of it.

- **What is added to an extension's table or view**: indexes, constraints, triggers, rules, policies, row security and
  columns, and comments on whatever an extension brought. PostgreSQL does not record whether the extension's script made
  them or someone later, so dm names those that one of two compared states has and the other has not. Privileges and
  security labels on an extension's objects are modelled like any others: PostgreSQL keeps what the script granted.
- **The state of internal triggers**, as ALTER TABLE … DISABLE TRIGGER ALL leaves it in a foreign key's own: only their
  names, which hold OIDs, tell them apart. In version 14 those of partitions that come from a partitioned table's trigger
  are internal ones, too.
- **A primary key or unique constraint of a partitioned table that lacks those of some partitions**, as ALTER TABLE ONLY
  … ADD CONSTRAINT makes it.
- **Privileges and comments on the functions that come with a range type.**
- **Shell operators**, which nothing can make.

Two roles that each granted the other, on one object, an option that the other's grants rest on are refused with DM3101:
what one role has from another is one fact, and neither could be first.

Nothing can change these, so they are not compared:

- The name of a NOT NULL constraint that is inherited, and whether a column or a check that is inherited stands by itself
  besides (\`attislocal\`, \`conislocal\`): what INHERIT made so, no statement takes back. A plan heeds the latter when
  the table that it comes from loses the column.
`;

/** docs/coverage.md as it should be now. */
export async function coveragePage(): Promise<string> {
  const [seen, prose] = [await seenAttributes(), readProse(path.join(root, "src/kinds"))];
  const sections = kindNames.map((name) => section(name, seen.get(name) ?? new Set(), prose.get(name)));
  const list = kindNames.map((name) => `[${name}](#${name.replaceAll(" ", "-")})`).join(" · ");
  return [head, `${list}\n`, ...sections, notModelled].join("\n");
}

/** The attributes of every kind that introspection yields. */
async function seenAttributes(): Promise<ReadonlyMap<KindName, ReadonlySet<string>>> {
  const script = await readFile(path.join(root, "test/pull/every-kind.sql"), "utf8");
  const seen = new Map<KindName, Set<string>>();
  const database = await openPglite();
  try {
    await database.trial(async () => {
      await database.script(script);
      for (const { identity, attributes } of (await introspectHere(database)).facts.values()) {
        const names = seen.get(identity.kind) ?? new Set<string>();
        for (const attribute of Object.keys(attributes)) names.add(attribute);
        seen.set(identity.kind, names);
      }
    });
  } finally {
    await database.close();
  }
  return seen;
}

function section(name: KindName, seen: ReadonlySet<string>, prose: KindProse | undefined): string {
  const kind = kindOf(name);
  // A kind that the database lacks is shown by what its source declares.
  const attributes = seen.size > 0 ? [...seen] : [...(prose?.attributes.keys() ?? [])];
  const rows = attributes.map((attribute) => [
    `\`${attribute}\``,
    [changeOf(kind, attribute), noteOf(kind, attribute, prose)].filter((part) => part !== "").join(". "),
    sinceOf(kind, attribute),
    prose?.attributes.get(attribute) ?? "",
  ]);
  const also = [
    ...(kind.rename === undefined ? [] : ["A rename keeps what it holds."]),
    ...(kind.address === undefined ? [] : ["It can have a comment."]),
  ];
  return [
    `## ${name}`,
    "",
    ...paragraph(prose?.description ?? ""),
    ...(rows.length === 0
      ? ["It has no attributes: it is there or it is not.", ""]
      : table(["attribute", "change", "since", "what it is"], rows)),
    ...paragraph(also.join(" ")),
  ].join("\n");
}

const paragraph = (text: string) => (text === "" ? [] : [text, ""]);

/** Columns that say nothing are left out. */
function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const said = titles.map((_, at) => rows.some((row) => row[at] !== ""));
  const line = (cells: readonly string[]) =>
    `| ${cells
      .filter((_, at) => said[at])
      .map((cell) => cell.replaceAll("|", "\\|"))
      .join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line), ""];
}

function changeOf(kind: AnyKind, attribute: string): string {
  const rules = rulesOf(kind, attribute);
  if (rules.length === 0) return kind.setAside === undefined ? "replaced" : "set aside";
  const isAlways = rules.some(({ when }) => when === undefined);
  const change = isAlways ? "in place" : "in place where PostgreSQL can";
  return rules.some(({ rebuilds }) => rebuilds !== undefined)
    ? `${change}; some dependents are rebuilt`
    : change;
}

/** What the source says of the rules. */
function noteOf(kind: AnyKind, attribute: string, prose: KindProse | undefined): string {
  const notes = rulesOf(kind, attribute).map(({ of }) => prose?.rules.get(of.join()) ?? "");
  return [...new Set(notes)].filter((note) => note !== "").join(" ");
}

const rulesOf = (kind: AnyKind, attribute: string) =>
  kind.alter.filter(({ of }) => (of as readonly string[]).includes(attribute));

/** The first version whose query yields it. */
function sinceOf(kind: AnyKind, attribute: string): string {
  const first = majors.find((major) => {
    const query = kind.query({ major, self: raw("current_user") });
    // A value that is a constant of the query before some version is not read there.
    const value = new RegExp(`'${attribute}',\\s*(\\S+)`).exec(query)?.[1]?.replace(/,$/, "");
    return value !== undefined && !/^(NULL|false|''|'\[\]')$/i.test(value);
  });
  return first === undefined || first === majors[0] ? "" : String(first);
}
