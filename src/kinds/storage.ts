import type { Catalog } from "../catalog/catalog.js";
import { raw, type Sql } from "../sql/sql.js";

/**
 * What SET STORAGE says for a column. DEFAULT exists from version 16 on; before it the type's own storage must be
 * named (pg_type.typstorage of the types that have a choice).
 */
export function storageName(storage: string | null, type: string, catalog: Catalog, major: number): Sql {
  if (storage !== null) return raw(storage.toUpperCase());
  if (major >= 16) return raw("DEFAULT");
  return raw(/^(numeric|inet|cidr)(\(.*\))?$/.test(baseType(type, catalog)) ? "MAIN" : "EXTENDED");
}

/** What a domain is made of. */
export function baseType(type: string, catalog: Catalog): string {
  const found = catalog.ofKind("domain").find(({ id }) => id === `domain ${type}`);
  return found === undefined ? type : baseType(found.attributes.type, catalog);
}
