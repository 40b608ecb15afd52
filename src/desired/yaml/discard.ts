import type { Annotation } from "../state.js";
import type { QualifiedName } from "../tree.js";
import { type Context, nameOf } from "./definition.js";
import type { SchemaDocument, TableEntry } from "./document.js";
import type { Path, Places } from "./places.js";

/** The columns that a table loses for good. */
export function discardedColumns(
  { discard = [] }: TableEntry,
  { schema, name: on }: Required<QualifiedName>,
  path: Path,
  { places }: Context,
): Annotation[] {
  return discard.map((name, at) => ({
    name: "discard",
    target: { kind: "column", schema, on, name },
    at: places([...path, "discard", at]),
  }));
}

/** The tables that go for good. */
export function discardedTables(
  { discard = [], schema = "public" }: SchemaDocument,
  places: Places,
): Annotation[] {
  return discard.map((key, at) => ({
    name: "discard",
    target: { kind: "table", ...nameOf(key, schema) },
    at: places(["discard", at]),
  }));
}
