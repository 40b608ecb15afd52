import { posix } from "node:path";
import type { Extension } from "@electric-sql/pglite";

/** The file system inside a PGlite that is about to start. */
export interface Files {
  /** Adds a file, whose content is then PGlite's to change, or a directory. */
  add(path: string, content: Buffer | undefined): void;
}

/** What emscripten's file system offers, as far as it is used here. */
interface EmscriptenFiles {
  mkdirTree(path: string): void;
  writeFile(path: string, content: Uint8Array, options: { canOwn: boolean }): void;
}

/** One of PGlite's extensions that puts files where PostgreSQL will look, before it starts. */
export function filesAtStart(name: string, install: (files: Files) => void): Extension {
  const run = ({ FS }: { FS: EmscriptenFiles }): void => {
    const made = new Set<string>();
    const makeDirectory = (path: string) => {
      if (made.has(path)) return;
      FS.mkdirTree(path);
      made.add(path);
    };
    install({
      add(path, content) {
        makeDirectory(content === undefined ? path : posix.dirname(path));
        if (content !== undefined) FS.writeFile(path, content, { canOwn: true });
      },
    });
  };
  return {
    name,
    setup: async (_pglite, emscripten) => ({
      emscriptenOpts: { ...emscripten, preRun: [...(emscripten.preRun ?? []), run] },
    }),
  };
}
