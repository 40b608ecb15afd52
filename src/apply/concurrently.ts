import type { AlterTableStmt, Node, RangeVar, ReindexStmt } from "libpg-query";
import type { Database } from "../database/database.js";
import { openParser } from "../parse/parser.js";
import { name } from "../sql/sql.js";

/**
 * A statement that works CONCURRENTLY: in transactions of its own, so that an interrupted one leaves something half done
 * (manual, CREATE INDEX, Building Indexes Concurrently; REINDEX; ALTER TABLE, DETACH PARTITION).
 */
export interface Concurrent {
  /** While it waits for others, nobody who reads or writes waits for it. */
  readonly isPatient: boolean;
  /**
   * What is still to run, once what an interrupted attempt has left is out of the way; nothing where all was done.
   * @param isAgain whether an earlier attempt is known of.
   */
  readonly remaining: (database: Database, isAgain: boolean) => Promise<string | undefined>;
  /** Takes away what a failed attempt left. False where it can only be finished. */
  readonly undo: (database: Database) => Promise<boolean>;
}

/** What the step's one statement does concurrently; nothing for another one. */
export async function readConcurrent(text: string): Promise<Concurrent | undefined> {
  if (!/\bCONCURRENTLY\b/i.test(text)) return undefined;
  // The newest grammar: what is too new for a server, the server itself refuses.
  const [statement, second] = (await openParser(18)).statements(text, "the step");
  if (statement === undefined || second !== undefined) return undefined;
  return concurrent(statement.tree, text);
}

function concurrent(tree: Node, text: string): Concurrent | undefined {
  if ("IndexStmt" in tree) {
    const { concurrent: is, idxname, relation } = tree.IndexStmt;
    const table = nameOf(relation);
    return is === true && idxname !== undefined && table !== undefined
      ? creation({ table, index: idxname }, text)
      : undefined;
  }
  if ("DropStmt" in tree) {
    const { concurrent: is, removeType, objects } = tree.DropStmt;
    const [index] = (objects ?? []).map(listed);
    return is === true && removeType === "OBJECT_INDEX" && index !== undefined
      ? removal(index, text)
      : undefined;
  }
  if ("ReindexStmt" in tree) return rebuilding(tree.ReindexStmt, text);
  return "AlterTableStmt" in tree ? detachment(tree.AlterTableStmt, text) : undefined;
}

/** An invalid index costs writes and serves no query; another attempt finds its name taken. */
function creation({ table, index }: { table: string; index: string }, text: string): Concurrent {
  const found = (database: Database) =>
    one<{ index: string; valid: boolean }>(
      database,
      `SELECT c.oid::regclass::text AS index, i.indisvalid AS valid
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE i.indrelid = to_regclass($1) AND c.relname = $2`,
      [table, index],
    );
  const clear = async (database: Database) => {
    const left = await found(database);
    if (left?.valid === false) await database.script(`DROP INDEX CONCURRENTLY ${left.index}`);
    return left?.valid === true;
  };
  return {
    isPatient: true,
    remaining: async (database, isAgain) => ((await clear(database)) && isAgain ? undefined : text),
    undo: async (database) => !(await clear(database)),
  };
}

function removal(index: string, text: string): Concurrent {
  const found = (database: Database) =>
    one<{ valid: boolean }>(
      database,
      "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)",
      [index],
    );
  return {
    isPatient: true,
    remaining: async (database, isAgain) =>
      isAgain && (await found(database)) === undefined ? undefined : text,
    undo: async (database) => (await found(database))?.valid !== false,
  };
}

/** The new indexes that never became those of the table, or the old ones that never went. */
function rebuilding({ kind, relation, params }: ReindexStmt, text: string): Concurrent | undefined {
  const isConcurrent = (params ?? []).some(
    (param) => "DefElem" in param && param.DefElem.defname === "concurrently",
  );
  const target = nameOf(relation);
  if (!isConcurrent || target === undefined) return undefined;
  const table =
    kind === "REINDEX_OBJECT_INDEX"
      ? "(SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass($1))"
      : "to_regclass($1)";
  const clear = async (database: Database) => {
    const left = await database.query<{ index: string }>(
      `SELECT c.oid::regclass::text AS index FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE i.indrelid = ${table} AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'`,
      [target],
    );
    for (const { index } of left) await database.script(`DROP INDEX CONCURRENTLY ${index}`);
  };
  return {
    isPatient: true,
    remaining: async (database) => {
      await clear(database);
      return text;
    },
    undo: async (database) => {
      await clear(database);
      return true;
    },
  };
}

/** A partition on its way out belongs to nobody's queries any more, and can only go on. */
function detachment({ relation, cmds }: AlterTableStmt, text: string): Concurrent | undefined {
  const partition = (cmds ?? []).flatMap((cmd) => {
    const { subtype, def } = "AlterTableCmd" in cmd ? cmd.AlterTableCmd : {};
    if (subtype !== "AT_DetachPartition" || def === undefined || !("PartitionCmd" in def)) return [];
    return def.PartitionCmd.concurrent === true ? (nameOf(def.PartitionCmd.name) ?? []) : [];
  })[0];
  const parent = nameOf(relation);
  if (partition === undefined || parent === undefined) return undefined;
  const found = (database: Database) =>
    one<{ pending: boolean }>(
      database,
      `SELECT inhdetachpending AS pending FROM pg_inherits
       WHERE inhrelid = to_regclass($1) AND inhparent = to_regclass($2)`,
      [partition, parent],
    );
  return {
    isPatient: false,
    remaining: async (database, isAgain) => {
      const tie = await found(database);
      if (tie?.pending === true) return `ALTER TABLE ${parent} DETACH PARTITION ${partition} FINALIZE`;
      return tie === undefined && isAgain ? undefined : text;
    },
    undo: async (database) => (await found(database))?.pending !== true,
  };
}

/** As to_regclass() takes it. */
function nameOf(relation: RangeVar | undefined): string | undefined {
  return relation?.relname === undefined ? undefined : name(relation.schemaname, relation.relname).text;
}

function listed(node: Node): string | undefined {
  if (!("List" in node)) return undefined;
  const parts = (node.List.items ?? []).map((item) => ("String" in item ? item.String.sval : undefined));
  return name(...parts).text;
}

async function one<R>(database: Database, query: string, values: readonly string[]): Promise<R | undefined> {
  const [row] = await database.query<R & Record<string, unknown>>(query, [...values]);
  return row;
}
