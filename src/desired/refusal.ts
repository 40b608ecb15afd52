import type { AlterTableType } from "libpg-query";
import type { StatementType } from "../parse/parser.js";

/** Why a statement is no part of a schema file, and what to do instead. */
export interface Refusal {
  readonly because: string;
  readonly next: string;
}

export const data = (verb: string): Refusal => ({
  because: `${verb} changes rows; a schema file describes what holds them`,
  next: "move it to a revision made by `dm new`",
});

const upkeep = (verb: string): Refusal => ({
  because: `${verb} is maintenance, not part of a schema`,
  next: "remove it, or run it by hand",
});

const transaction: Refusal = {
  because: "a schema file is loaded in a transaction of dm's own",
  next: "remove BEGIN, COMMIT and the like",
};

export const drop: Refusal = {
  because: "a schema file says what there is; DROP says what there is not",
  next: "delete the object's definition: what no file defines is dropped by the plan",
};

export const wholeServer = (what: string): Refusal => ({
  because: `${what} belongs to the server, not to one database's schema`,
  next: "remove it, and set it up by hand",
});

export const database: Refusal = {
  because: "the statement names a database; a schema file describes what is inside of one, whatever its name",
  next: "remove it, and set it up by hand",
};

export const roles: Refusal = {
  because: "roles belong to the server; dm manages them only on request",
  next: "write `manage: { roles: true }` in dm.yaml, or remove it: grants and owners may name roles that exist",
};

export const settings: Refusal = {
  because: "the settings of databases and roles, and a database's comment, are managed only on request",
  next: "write `manage: { settings: true }` in dm.yaml, or remove it",
};

export const passwords: Refusal = {
  because: "dm neither reads nor writes passwords",
  next: "remove it, and set the password by hand: \\password in psql",
};

export const uncovered = (role: string): Refusal => ({
  because: `the role ${role} is not one that dm manages`,
  next: "name it in dm.yaml under manage: roles, or remove the statement",
});

export const refused: Partial<Record<StatementType, Refusal>> = {
  InsertStmt: data("INSERT"),
  UpdateStmt: data("UPDATE"),
  DeleteStmt: data("DELETE"),
  MergeStmt: data("MERGE"),
  CopyStmt: data("COPY"),
  TruncateStmt: data("TRUNCATE"),
  RefreshMatViewStmt: {
    because: "REFRESH MATERIALIZED VIEW changes rows; a schema file describes what holds them",
    next: "say WITH DATA or WITH NO DATA in the view's definition",
  },
  DropStmt: drop,
  DropOwnedStmt: drop,
  DropSubscriptionStmt: drop,
  DropUserMappingStmt: drop,
  TransactionStmt: transaction,
  VacuumStmt: upkeep("VACUUM or ANALYZE"),
  ReindexStmt: upkeep("REINDEX"),
  ClusterStmt: {
    because: "CLUSTER is maintenance, not part of a schema",
    next: "to mark the index by which CLUSTER orders the table, write ALTER TABLE … CLUSTER ON <index>",
  },
  CheckPointStmt: upkeep("CHECKPOINT"),
  CreatedbStmt: wholeServer("a database"),
  DropdbStmt: wholeServer("a database"),
  AlterDatabaseStmt: database,
  AlterDatabaseRefreshCollStmt: database,
  CreateTableSpaceStmt: wholeServer("a tablespace"),
  DropTableSpaceStmt: wholeServer("a tablespace"),
  AlterTableSpaceOptionsStmt: wholeServer("a tablespace"),
  AlterTableMoveAllStmt: wholeServer("moving a tablespace's objects"),
  AlterSystemStmt: wholeServer("the server's configuration"),
  ReassignOwnedStmt: {
    because: "REASSIGN OWNED changes whatever the database holds",
    next: "give each object its owner: ALTER … OWNER TO",
  },
  DoStmt: {
    because: "a DO block does something; a schema file describes what there is",
    next: "write out the definitions it makes, or move it to a revision made by `dm new`",
  },
  CallStmt: {
    because: "CALL does something; a schema file describes what there is",
    next: "move it to a revision made by `dm new`",
  },
  RenameStmt: {
    because: "a schema file holds one name for each thing",
    next: "write the new name in the definition, with the comment: -- @renamed from=<old name>",
  },
  AlterObjectSchemaStmt: {
    because: "a schema file holds one name for each thing",
    next: "write the new schema in the definition, with the comment: -- @renamed from=<old schema>.<name>",
  },
  ImportForeignSchemaStmt: {
    because: "IMPORT FOREIGN SCHEMA copies what another server holds at that moment",
    next: "write out the foreign tables: CREATE FOREIGN TABLE",
  },
  AlterExtensionStmt: {
    because: "a schema file holds one version of each extension",
    next: "write it in the definition: CREATE EXTENSION … VERSION",
  },
};

export const temporary: Refusal = {
  because: "what is temporary lives in a session, not in a schema",
  next: "remove TEMPORARY, or the statement",
};

export const tableOfQuery: Refusal = {
  because: "CREATE TABLE AS takes columns and rows from a query",
  next: "write out the columns, or make it a view or a materialized view",
};

export const enumValues: Refusal = {
  because: "a schema file holds one list of an enum's values",
  next: "write the value in the definition: CREATE TYPE … AS ENUM",
};

export const connecting: Refusal = {
  because: "a shadow does not connect to a publisher",
  next: "write WITH (connect = false); it is enabled and refreshed by hand, where it is to run",
};

export const operation: Refusal = {
  because: "whether a subscription runs, and how far, is a matter of operation",
  next: "remove it, and run it by hand where the subscription is to run",
};

export const takesAway = (what: string): Refusal => ({
  because: `the statement takes away a part of ${what} that another one defines`,
  next: "delete that part's definition: what no file defines is dropped by the plan",
});

/**
 * What ALTER TABLE may not do in a description. DROP DEFAULT and DROP NOT NULL may stand: a child table says
 * by them that it has not what its parent has, and pg_dump writes them so.
 */
export const refusedAlterations: Partial<Record<AlterTableType, Refusal>> = {
  AT_DropColumn: takesAway("the table"),
  AT_DropConstraint: takesAway("the table"),
  AT_DropInherit: takesAway("the table"),
  AT_DropOf: takesAway("the table"),
  AT_DetachPartition: takesAway("the table"),
  AT_DetachPartitionFinalize: takesAway("the table"),
  AT_DropIdentity: takesAway("the column"),
  AT_DropExpression: takesAway("the column"),
  AT_AlterColumnType: {
    because: "a schema file holds one type for each column",
    next: "write the type in the column's definition",
  },
};
