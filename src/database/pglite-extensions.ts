import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type Extension, PGlite } from "@electric-sql/pglite";
import { filesAtStart } from "./pglite-files.js";
import { readTar } from "./tar.js";

/** What CREATE EXTENSION finds in the PGlite that dm ships with, apart from plpgsql. */
export const pgliteExtensions: readonly string[] = [
  "amcheck",
  "autoinc",
  "bloom",
  "btree_gin",
  "btree_gist",
  "citext",
  "cube",
  "dict_int",
  "dict_xsyn",
  "earthdistance",
  "file_fdw",
  "fuzzystrmatch",
  "hstore",
  "insert_username",
  "intarray",
  "isn",
  "lo",
  "ltree",
  "moddatetime",
  "pageinspect",
  "pg_buffercache",
  "pg_freespacemap",
  "pg_logicalinspect",
  "pg_stat_statements",
  "pg_surgery",
  "pg_trgm",
  "pg_visibility",
  "pg_walinspect",
  "pgcrypto",
  "refint",
  "seg",
  "tablefunc",
  "tcn",
  "tsm_system_rows",
  "tsm_system_time",
  "unaccent",
  "uuid-ossp",
];

/**
 * Every extension that PGlite ships, as one of PGlite's own extensions. Its files are put where PostgreSQL
 * looks, and a library is compiled when PostgreSQL loads it: measured, 60 ms for all, against 500 ms for
 * PGlite's way of compiling them first. So a directory opens whatever extensions were created in it.
 */
export const shippedExtensions: Extension = filesAtStart("shipped extensions", (files) => {
  const directory = dirname(fileURLToPath(import.meta.resolve("@electric-sql/pglite")));
  for (const bundle of readdirSync(directory).filter((file) => file.endsWith(".tar.gz"))) {
    for (const { path, isDirectory, content } of readTar(gunzipSync(readFileSync(join(directory, bundle))))) {
      if (!isDirectory) files.add(posix.join(PGlite.paths.PG_ROOT, path), content);
    }
  }
});
