import type { Command } from "commander";
import type { Result, Session } from "../session.js";

/** Runs a command's work and prints what it returns; called by the command's action. */
export type Run = (work: (session: Session) => Promise<Result>) => Promise<void>;

/** Declares arguments, options and help of one command, and its action. */
export type Declare = (command: Command, run: Run) => void;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Declare>;
}

/** Every command, in the order in which a project meets them. Only what a command line names is loaded. */
export const commands: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "scaffold dm.yaml, schema/ and revisions/; with a database, pull it and make a baseline",
    load: async () => (await import("./init.js")).init,
  },
  {
    name: "pull",
    summary: "write a database as a schema directory",
    load: async () => (await import("./pull.js")).pull,
  },
  {
    name: "plan",
    summary: "compare the desired state with the database and write a revision",
    load: async () => (await import("./plan.js")).plan,
  },
  {
    name: "new",
    summary: "write an empty revision for SQL of your own",
    load: async () => (await import("./new.js")).create,
  },
  {
    name: "check",
    summary: "check files, history, chain and desired state, as CI does",
    load: async () => (await import("./check.js")).check,
  },
  {
    name: "apply",
    summary: "run pending revisions",
    load: async () => (await import("./apply.js")).apply,
  },
  {
    name: "rollback",
    summary: "run the way back",
    load: async () => (await import("./rollback.js")).rollback,
  },
  {
    name: "status",
    summary: "tell where the database stands",
    load: async () => (await import("./status.js")).status,
  },
  {
    name: "history",
    summary: "list the revisions, newest first",
    load: async () => (await import("./history.js")).history,
  },
  {
    name: "show",
    summary: "print one revision, or one half of it for psql",
    load: async () => (await import("./show.js")).show,
  },
  {
    name: "lint",
    summary: "tell what is risky or broken in revisions and schema files",
    load: async () => (await import("./lint.js")).lint,
  },
  {
    name: "heads",
    summary: "list the revisions that no other one follows",
    load: async () => (await import("./heads.js")).heads,
  },
  {
    name: "merge",
    summary: "join heads where two branches have met",
    load: async () => (await import("./merge.js")).merge,
  },
  {
    name: "rebase",
    summary: "move your revisions behind another head",
    load: async () => (await import("./rebase.js")).rebase,
  },
  {
    name: "stamp",
    summary: "record where a database is, and run nothing",
    load: async () => (await import("./stamp.js")).stamp,
  },
  {
    name: "squash",
    summary: "replace a range of revisions by one that is equal to it",
    load: async () => (await import("./squash.js")).squash,
  },
  {
    name: "baseline",
    summary: "start the chain anew from one revision equal to head",
    load: async () => (await import("./baseline.js")).baseline,
  },
  {
    name: "repair",
    summary: "recreate lost revision files from the journal",
    load: async () => (await import("./repair.js")).repair,
  },
  {
    name: "diff",
    summary: "tell what differs between two sources",
    load: async () => (await import("./diff.js")).diff,
  },
  {
    name: "drift",
    summary: "compare the database with what the last apply recorded",
    load: async () => (await import("./drift.js")).drift,
  },
  {
    name: "archive",
    summary: "what dropped objects left in quarantine: list, restore, purge",
    load: async () => (await import("./archive.js")).archive,
  },
  {
    name: "snapshot",
    summary: "save a source's catalog to a file",
    load: async () => (await import("./snapshot.js")).snapshot,
  },
  {
    name: "log",
    summary: "print the migration journal",
    load: async () => (await import("./log.js")).log,
  },
  {
    name: "hooks",
    summary: "install or remove the git hooks",
    load: async () => (await import("./hooks.js")).hooks,
  },
];
