import { quoteIdentifier, quoteLiteral } from "./quote.js";

/** A piece of SQL text that is safe to send: built by {@link sql}, {@link name}, {@link literal} or {@link raw}. */
export interface Sql {
  readonly text: string;
}

/** A string stands for an identifier and is quoted; nothing (`undefined`, `false`) vanishes with one blank before it. */
export type SqlValue = Sql | string | number | bigint | undefined | false | null;

const nothing = "\u0000";

/**
 * A template of SQL: `sql\`DROP TABLE ${name(schema, table)} ${cascade && raw("CASCADE")}\``.
 * Strings are quoted as identifiers, so that text never becomes SQL by accident.
 */
export function sql(strings: TemplateStringsArray, ...values: readonly SqlValue[]): Sql {
  const text = strings.reduce((before, after, index) => before + render(values[index - 1]) + after);
  return { text: text.replaceAll(` ${nothing}`, "").replaceAll(nothing, "").trim() };
}

function render(value: SqlValue): string {
  if (value === undefined || value === null || value === false) return nothing;
  if (typeof value === "string") return quoteIdentifier(value);
  if (typeof value === "object") return value.text === "" ? nothing : value.text;
  return String(value);
}

/** A qualified name; parts that are undefined are left out. */
export function name(...parts: readonly (string | undefined)[]): Sql {
  return {
    text: parts
      .filter((part) => part !== undefined)
      .map(quoteIdentifier)
      .join("."),
  };
}

/** A string constant. */
export function literal(text: string): Sql {
  return { text: quoteLiteral(text) };
}

/** Text that PostgreSQL printed itself (an expression, a type, a definition), or a keyword. */
export function raw(text: string): Sql {
  return { text };
}

/** The parts that are there, one after the other. */
export function join(parts: readonly SqlValue[], separator = ", "): Sql {
  const texts = parts.map(render).filter((text) => text !== nothing && text !== "");
  return { text: texts.join(separator) };
}
