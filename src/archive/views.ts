import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import { literal, name, raw, type Sql } from "../sql/sql.js";
import type { Kept } from "./keep.js";
import type { ArchivedObject } from "./move.js";
import { archiveSchema } from "./names.js";
import { without } from "./takers.js";

/**
 * Brings a materialised view back to where it was; or makes it anew, where a later revision had to have what it reads, and
 * only its rows are left in quarantine.
 * @param moves what moves it back.
 */
export function viewBack({ renames, anew = [] }: ArchivedObject, moves: readonly Sql[]): Sql {
  const kept = name(archiveSchema, renames.at(-1)?.to);
  const statements = (list: readonly string[]) => list.map((one) => `    ${one};`).join("\n");
  return raw(`DO $quarantine$
BEGIN
  IF EXISTS (SELECT FROM pg_class WHERE oid = ${literal(kept.text).text}::regclass AND relkind = 'm') THEN
${statements(moves.map(({ text }) => text))}
  ELSE
${statements(anew.map((text) => `EXECUTE ${literal(text).text}`))}
    DROP TABLE ${kept.text};
  END IF;
END $quarantine$`);
}

/** What rests, without its materialised views that are kept. */
export function withoutViews({ objects, resting }: Kept): Catalog {
  const gone = new Set<FactId>(
    objects.flatMap(({ fact, parts }) =>
      fact.identity.kind === "materialized view" ? parts.map(({ id }) => id) : [],
    ),
  );
  return gone.size === 0 ? resting : without(resting, gone);
}
