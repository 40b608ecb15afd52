import type { Identity } from "../../catalog/identity.js";
import type { SourceLocation } from "../../error.js";
import type { Piece } from "../../parse/source.js";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.js";
import type { Annotation } from "../state.js";
import type { QualifiedName } from "../tree.js";
import type { ColumnEntry, History, KeyEntry } from "./document.js";
import type { Path, Places } from "./places.js";

/** One statement, and what its part of the file says of renames and the like. */
export interface Definition {
  readonly pieces: readonly Piece[];
  readonly annotations: readonly Annotation[];
}

export interface Context {
  readonly schema: string;
  readonly places: Places;
}

export const statement = (text: string, at: SourceLocation, annotations: Annotation[] = []): Definition => ({
  pieces: [{ text, at }],
  annotations,
});

/** A key is a name as it is, or `schema.name`; a dot in a name is quoted: `"odd.name"`. */
export function nameOf(key: string, schema: string): Required<QualifiedName> {
  const parts = (key.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [key]).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
  return { schema: parts.at(-2) ?? schema, name: parts.at(-1) ?? key };
}

export const quoted = ({ schema, name }: Required<QualifiedName>) =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

export const list = (names: readonly string[]) => names.map(quoteIdentifier).join(", ");

export const words = (parts: readonly (string | false | undefined)[]) => parts.filter(Boolean).join(" ");

export function annotationsFor(
  history: History,
  target: Identity,
  path: Path,
  { places }: Context,
): Annotation[] {
  const found: Annotation[] = [];
  const { renamed_from: from } = history;
  if (from !== undefined) {
    const isPart = target.on !== undefined;
    const { schema, name } = nameOf(from, "");
    const former = isPart ? { name: from } : schema === "" ? { name } : { schema, name };
    found.push({
      name: "renamed",
      argument: from,
      from: former,
      target,
      at: places([...path, "renamed_from"]),
    });
  }
  for (const name of ["new", "online"] as const) {
    if (history[name]) found.push({ name, target, at: places([...path, name]) });
  }
  if (history.discard === true) found.push({ name: "discard", target, at: places([...path, "discard"]) });
  for (const name of ["backfill", "using"] as const) {
    const argument = history[name];
    if (argument !== undefined) found.push({ name, argument, target, at: places([...path, name]) });
  }
  return found;
}

export function commentOn(
  kind: string,
  object: string,
  comment: string | undefined,
  path: Path,
  { places }: Context,
) {
  if (comment === undefined) return [];
  return [
    statement(`COMMENT ON ${kind} ${object} IS ${quoteLiteral(comment)}`, places([...path, "comment"])),
  ];
}

export function ownerOf(
  kind: string,
  object: string,
  owner: string | undefined,
  path: Path,
  { places }: Context,
) {
  if (owner === undefined) return [];
  return [
    statement(`ALTER ${kind} ${object} OWNER TO ${quoteIdentifier(owner)}`, places([...path, "owner"])),
  ];
}

export interface Part {
  readonly text: string;
  readonly at: SourceLocation;
  readonly annotations: readonly Annotation[];
}

export function referenceActions({ on_delete, on_update }: Pick<ColumnEntry, "on_delete" | "on_update">) {
  return [
    on_delete !== undefined && `ON DELETE ${on_delete.toUpperCase()}`,
    on_update !== undefined && `ON UPDATE ${on_update.toUpperCase()}`,
  ];
}

export function deferral({ deferrable }: Pick<KeyEntry, "deferrable">) {
  if (deferrable === "initially deferred") return "DEFERRABLE INITIALLY DEFERRED";
  return deferrable && "DEFERRABLE";
}

export const withOptions = (options: Readonly<Record<string, string>> | undefined) =>
  options !== undefined &&
  `WITH (${Object.entries(options)
    .map(([name, value]) => `${name.split(".").map(quoteIdentifier).join(".")} = ${quoteLiteral(value)}`)
    .join(", ")})`;

export const nameFromPath = (path: Path) => nameOf(String(path.at(-1)), "").name;
