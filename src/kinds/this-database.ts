import { literal, raw, type Sql, sql } from "../sql/sql.js";

const quote = "$database$";

/**
 * A statement about the database that it runs in, whose name differs from environment to environment: PostgreSQL has no
 * word for it.
 * @param text a template of format(), with `%1$I` for the database's name.
 */
export function inThisDatabase(text: Sql): Sql {
  const command = sql`EXECUTE format(${literal(text.text)}, current_database());`;
  return raw(`DO ${quote}BEGIN ${command.text} END${quote}`);
}

/** Whether the statement was made by {@link inThisDatabase}. */
export function isInThisDatabase(text: string): boolean {
  return text.startsWith(`DO ${quote}BEGIN EXECUTE format(`);
}

/** For text that is no template. */
export function escapedFormat(text: Sql): Sql {
  return raw(text.text.replaceAll("%", "%%"));
}
