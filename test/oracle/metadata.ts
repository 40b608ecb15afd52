import type { Database } from "../../src/database/database.js";

/** A catalog as PostgreSQL describes it. */
export interface CatalogTable {
  readonly name: string;
  readonly oid: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** The columns that name a row: of its unique keys without `oid`, the one that has a name in it. */
  readonly key: readonly string[] | undefined;
  /** What a column refers to: a row of `catalog`, by its OID or, within `relation`, by an attribute's number. */
  readonly references: ReadonlyMap<string, Reference>;
}

export interface Reference {
  readonly catalog: string;
  /** The column that has the relation, where the reference is to an attribute. */
  readonly relation?: string;
}

interface ColumnRow extends Record<string, unknown> {
  readonly catalog: string;
  readonly oid: number;
  readonly name: string;
  readonly type: string;
}

interface KeyRow extends Record<string, unknown> {
  readonly catalog: string;
  readonly columns: readonly string[];
  readonly named: boolean;
}

interface ReferenceRow extends Record<string, unknown> {
  readonly catalog: string;
  readonly columns: readonly string[];
  readonly target: string;
}

const catalogs = "c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'";

/** Every catalog of the server, from the catalogs alone. */
export async function readMetadata(database: Database): Promise<readonly CatalogTable[]> {
  const columns = await database.query<ColumnRow>(`
    SELECT c.relname::text AS catalog, c.oid, a.attname::text AS name, format_type(a.atttypid, NULL) AS type
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE ${catalogs} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum`);
  const keys = await database.query<KeyRow>(`
    SELECT c.relname::text AS catalog, k.columns, k.named
    FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid,
    LATERAL (SELECT array_agg(a.attname::text ORDER BY p) AS columns, bool_or(a.atttypid = 'name'::regtype) AS named
             FROM unnest(i.indkey) WITH ORDINALITY AS u(attnum, p)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum) k
    WHERE ${catalogs} AND i.indisunique AND 'oid' <> ALL (k.columns) ORDER BY k.named DESC, i.indexrelid`);
  const references = await database.query<ReferenceRow>(`
    SELECT fktable::regclass::text AS catalog, fkcols AS columns, pktable::regclass::text AS target
    FROM pg_get_catalog_foreign_keys()`);
  return [...new Set(columns.map(({ catalog }) => catalog))].map((name) => ({
    name,
    oid: columns.find(({ catalog }) => catalog === name)?.oid ?? 0,
    columns: columns.filter(({ catalog }) => catalog === name),
    key: keys.find(({ catalog }) => catalog === name)?.columns,
    references: new Map(
      references
        .filter(({ catalog }) => catalog === name)
        .map(({ columns: [first = "", second], target }) =>
          second === undefined
            ? [first, { catalog: target }]
            : [second, { catalog: target, relation: first }],
        ),
    ),
  }));
}
