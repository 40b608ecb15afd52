import { as, relationName, walk } from "../../desired/tree.js";
import type { ParsedStatement } from "../../parse/parser.js";
import type { FormRules, FoundInStatement } from "../rule.js";
import { alterations, hasOption } from "../tree.js";

/** What the text of a revision tells by itself. */
export const formRules: FormRules = {
  "transaction-statement": ({ written: { statement } }) => {
    const kind = as(statement.tree, "TransactionStmt")?.kind;
    if (kind === undefined) return [];
    return [
      {
        message: `${firstWords(statement)} in a revision: dm begins and ends its transactions, and journals in them`,
        next: [
          "delete it; a step that must commit first begins with -- dm:step commit",
          "what refuses a transaction: -- dm:step autocommit",
        ],
      },
    ];
  },

  "concurrently-in-transaction": ({ written: { statement, mode } }) => {
    const what = mode === "autocommit" ? undefined : refusesTransaction(statement);
    if (what === undefined) return [];
    return [
      {
        message: `PostgreSQL refuses ${what} in a transaction, and this step runs in one`,
        next: ["write -- dm:step autocommit on a line above it, and -- dm:step above what follows"],
      },
    ];
  },

  "crowded-step": ({ written, half }) => {
    if (written.mode !== "autocommit" || written.stepSize < 2) return [];
    const before = half[half.indexOf(written) - 1];
    const isFirst = before?.mode !== "autocommit" || half.indexOf(written) === 0;
    if (isFirst) return [];
    return [
      {
        message: "an autocommit step with several statements cannot be resumed between them",
        next: ["write -- dm:step autocommit above each of them"],
      },
    ];
  },

  "concurrently-if-not-exists": ({ written: { statement } }) => {
    const index = as(statement.tree, "IndexStmt");
    if (index?.concurrent !== true || index.if_not_exists !== true) return [];
    return [
      {
        message:
          "IF NOT EXISTS takes the invalid index that a failed CREATE INDEX CONCURRENTLY leaves behind for the index",
        next: ["delete IF NOT EXISTS: when dm resumes the step it drops what is invalid and builds it anew"],
      },
    ];
  },

  "own-timeout": ({ written: { statement } }) => {
    const set = as(statement.tree, "VariableSetStmt");
    if (set?.name !== "lock_timeout") return [];
    return [
      {
        message: "the revision sets lock_timeout, which dm sets for every step and retries by",
        next: ["delete it, and set lock_timeout in dm.yaml"],
      },
    ];
  },

  "lasting-setting": ({ written: { statement } }) => {
    const set = as(statement.tree, "VariableSetStmt");
    const isChange = set?.kind === "VAR_SET_VALUE" || set?.kind === "VAR_SET_MULTI";
    if (set === undefined || !isChange || set.is_local === true || set.name === "lock_timeout") return [];
    return [
      {
        message: `SET ${set.name ?? "SESSION"} outlives its transaction, so that what follows may mean something else`,
        next: ["write SET LOCAL, which ends with the transaction"],
      },
    ];
  },

  "unqualified-name": ({ written: { statement } }) => {
    if (/^(Select|Insert|Update|Delete|Merge)Stmt$/.test(statement.type)) return [];
    const found: FoundInStatement[] = [];
    walk(statement.tree, (node) => {
      const { relname, schemaname, location } = node;
      if (typeof relname !== "string" || schemaname !== undefined || node.relpersistence === "t") return;
      found.push({
        message: `${relname} has no schema: which one it is depends on who runs the revision`,
        next: [`write its schema: public.${relname}`],
        location: typeof location === "number" ? location : 0,
      });
    });
    return found;
  },

  "drop-database": ({ written: { statement } }) => {
    const name = as(statement.tree, "DropdbStmt")?.dbname;
    if (name === undefined) return [];
    return [
      {
        message: `DROP DATABASE ${name} takes a whole database, and nothing brings it back`,
        next: ["take it out of the revision; a database is dropped by a person, after a backup"],
      },
    ];
  },
};

/** The commands that run outside of a transaction only (manual, PreventInTransactionBlock's callers). */
function refusesTransaction({ tree, type, text }: ParsedStatement): string | undefined {
  const index = as(tree, "IndexStmt");
  if (index?.concurrent === true) return "CREATE INDEX CONCURRENTLY";
  if (as(tree, "DropStmt")?.concurrent === true) return "DROP INDEX CONCURRENTLY";
  const reindex = as(tree, "ReindexStmt");
  if (reindex !== undefined && hasOption(reindex.params, "concurrently")) return "REINDEX CONCURRENTLY";
  if (reindex !== undefined && relationName(reindex.relation) === undefined) return firstWords({ text });
  const detaches = alterations(tree).some(
    ({ command }) => as(command.def, "PartitionCmd")?.concurrent === true,
  );
  if (detaches) return "DETACH PARTITION CONCURRENTLY";
  if (as(tree, "VacuumStmt")?.is_vacuumcmd === true) return "VACUUM";
  const others: readonly string[] = [
    "CreatedbStmt",
    "DropdbStmt",
    "AlterSystemStmt",
    "CreateTableSpaceStmt",
    "DropTableSpaceStmt",
  ];
  return others.includes(type) ? firstWords({ text }) : undefined;
}

const firstWords = ({ text }: { readonly text: string }) => text.split(/\s+/, 2).join(" ").toUpperCase();
