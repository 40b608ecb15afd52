import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Extension } from "@electric-sql/pglite";
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
 * Every extension that PGlite ships, as one of PGlite's own extensions. Its files are put where PostgreSQL looks,
 * and a library is compiled when PostgreSQL loads it: measured, 60 ms for all, against 500 ms for PGlite's way of
 * compiling them first. So a directory opens whatever extensions were created in it.
 */
export const shippedExtensions: Extension = {
  name: "shipped extensions",
  setup: async (_pglite, emscripten) => ({
    emscriptenOpts: {
      ...emscripten,
      preRun: [...(emscripten.preRun ?? []), ({ FS }: { FS: WritableFiles }) => installFiles(FS)],
    },
  }),
};

interface WritableFiles {
  mkdirTree(path: string): void;
  writeFile(path: string, content: Uint8Array): void;
}

function installFiles(files: WritableFiles): void {
  const directory = dirname(fileURLToPath(import.meta.resolve("@electric-sql/pglite")));
  const bundles = readdirSync(directory).filter((file) => file.endsWith(".tar.gz"));
  for (const bundle of bundles) {
    for (const { path, isDirectory, content } of readTar(gunzipSync(readFileSync(join(directory, bundle))))) {
      if (isDirectory) continue;
      const place = posix.join("/pglite", path);
      files.mkdirTree(posix.dirname(place));
      files.writeFile(place, content);
    }
  }
}
