import type { Revision } from "../src/revision/revision.js";

const idAt = (at: number): string => at.toString(16).padStart(12, "0");

/** The statement of the revision at this place of {@link chain}. */
export function createTable(at: number): string {
  const schema = at === 0 ? "CREATE SCHEMA bench;\n" : "";
  return `${schema}CREATE TABLE bench.t_${at} (id bigint PRIMARY KEY, name text NOT NULL, note text);`;
}

/** A chain of tables in which every tenth revision begins a branch that the one after the next merges. */
export function chain(length: number, major?: number): Revision[] {
  return Array.from({ length }, (_, at) => {
    const parents =
      at === 0 ? [] : at % 10 === 2 ? [idAt(at - 1), idAt(at - 2)] : [idAt(at - 1 - (at % 10 === 1 ? 1 : 0))];
    const table = `bench.t_${at}`;
    const marks =
      major === undefined
        ? {}
        : { from: { fingerprint: idAt(at), major }, to: { fingerprint: idAt(at), major } };
    return {
      id: idAt(at),
      parents: parents.filter((parent) => parent !== idAt(-1)),
      message: `Add the table ${table}`,
      author: "Ana Ruiz <ana@clinic.example>",
      created: new Date(Date.UTC(2025, 0, 1) + at * 3_600_000).toISOString(),
      kind: "planned",
      ...marks,
      up: [
        {
          mode: "transaction",
          comments: [`locks ${table}: ACCESS EXCLUSIVE`],
          sql: createTable(at),
        },
      ],
      down: [
        {
          mode: "transaction",
          comments: [],
          sql: `DROP TABLE ${table};${at === 0 ? "\nDROP SCHEMA bench;" : ""}`,
        },
      ],
    };
  });
}
