import type { AlterTableType } from "libpg-query";
import { DmError } from "../error.js";
import type { ParsedStatement, StatementType } from "../parse/parser.js";
import { as, strings } from "./tree.js";

export interface RefusalOptions {
  /** `manage: roles` of dm.yaml: roles, their settings and memberships are part of the schema. */
  readonly manageRoles?: boolean;
}

/** Why a statement is no part of a schema file, and what to do instead. */
interface Refusal {
  readonly because: string;
  readonly next: string;
}

/** Throws a DmError when a statement does not belong in a file that describes a state. */
export function refuseForeign(statement: ParsedStatement, options: RefusalOptions = {}): void {
  const refusal = refusalOf(statement, options);
  if (refusal === undefined) return;
  throw new DmError("DM2105", refusal.because, { at: statement.at, next: [refusal.next] });
}

function refusalOf(statement: ParsedStatement, options: RefusalOptions): Refusal | undefined {
  const { type } = statement;
  if (marksCluster(statement)) return undefined;
  if (options.manageRoles && aboutRoles.has(type)) return undefined;
  if (aboutRoles.has(type)) return roles;
  return refused[type] ?? (belonging.has(type) ? refusalByContent(statement) : unknown(statement));
}

/**
 * CLUSTER t USING i on an empty table does no more than ALTER TABLE t CLUSTER ON i: it is part of the
 * definition.
 */
function marksCluster({ tree }: ParsedStatement): boolean {
  const cluster = as(tree, "ClusterStmt");
  return cluster?.relation !== undefined && cluster.indexname !== undefined && cluster.indexname !== "";
}

const command = ({ tokens }: ParsedStatement, words = 2) =>
  tokens
    .slice(0, words)
    .map((token) => token.text.toUpperCase())
    .join(" ");

const unknown = (statement: ParsedStatement): Refusal => ({
  because: `${command(statement, 1)} does something; a schema file describes what there is`,
  next: "move it to a revision made by `dm new`, or run it by hand",
});

const data = (verb: string): Refusal => ({
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

const drop: Refusal = {
  because: "a schema file says what there is; DROP says what there is not",
  next: "delete the object's definition: what no file defines is dropped by the plan",
};

const wholeServer = (what: string): Refusal => ({
  because: `${what} belongs to the server, not to one database's schema`,
  next: "remove it, and set it up by hand",
});

const database: Refusal = {
  because: "the statement names a database; a schema file describes what is inside of one, whatever its name",
  next: "remove it, and set it up by hand",
};

const roles: Refusal = {
  because: "roles belong to the server; dm manages them only on request",
  next: "write `manage: roles` in dm.yaml, or remove it: grants and owners may name roles that exist",
};

const refused: Partial<Record<StatementType, Refusal>> = {
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
  AlterDatabaseSetStmt: database,
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

const aboutRoles = new Set<StatementType>([
  "CreateRoleStmt",
  "AlterRoleStmt",
  "AlterRoleSetStmt",
  "DropRoleStmt",
  "GrantRoleStmt",
]);

const belonging = new Set<StatementType>([
  "CreateStmt",
  "CreateForeignTableStmt",
  "CreateTableAsStmt",
  "IndexStmt",
  "ViewStmt",
  "CreateFunctionStmt",
  "CreateSeqStmt",
  "CompositeTypeStmt",
  "CreateEnumStmt",
  "CreateRangeStmt",
  "CreateDomainStmt",
  "DefineStmt",
  "CreateTrigStmt",
  "CreateEventTrigStmt",
  "CreatePolicyStmt",
  "RuleStmt",
  "CreateSchemaStmt",
  "CreateExtensionStmt",
  "CreateCastStmt",
  "CreateConversionStmt",
  "CreateOpClassStmt",
  "CreateOpFamilyStmt",
  "CreateTransformStmt",
  "CreatePLangStmt",
  "CreateAmStmt",
  "CreateFdwStmt",
  "CreateForeignServerStmt",
  "CreateUserMappingStmt",
  "CreateStatsStmt",
  "CreatePublicationStmt",
  "CreateSubscriptionStmt",
  "CommentStmt",
  "SecLabelStmt",
  "GrantStmt",
  "AlterDefaultPrivilegesStmt",
  "AlterTableStmt",
  "AlterSeqStmt",
  "AlterDomainStmt",
  "AlterEnumStmt",
  "AlterTypeStmt",
  "AlterOwnerStmt",
  "AlterObjectDependsStmt",
  "AlterFunctionStmt",
  "AlterPolicyStmt",
  "AlterPublicationStmt",
  "AlterSubscriptionStmt",
  "AlterEventTrigStmt",
  "AlterStatsStmt",
  "AlterFdwStmt",
  "AlterForeignServerStmt",
  "AlterUserMappingStmt",
  "AlterTSConfigurationStmt",
  "AlterTSDictionaryStmt",
  "AlterOperatorStmt",
  "AlterOpFamilyStmt",
]);

function refusalByContent({ tree }: ParsedStatement): Refusal | undefined {
  if (relationOf(tree)?.relpersistence === "t") return temporary;
  const tableAs = as(tree, "CreateTableAsStmt");
  if (tableAs !== undefined && tableAs.objtype !== "OBJECT_MATVIEW") return tableOfQuery;
  if (as(tree, "AlterEnumStmt") !== undefined) return enumValues;
  for (const command of as(tree, "AlterTableStmt")?.cmds ?? []) {
    const refusal = refusedAlterations[as(command, "AlterTableCmd")?.subtype ?? "AT_AddColumn"];
    if (refusal !== undefined) return refusal;
  }
  // Subtypes of ALTER DOMAIN: C adds, X drops a constraint.
  if (as(tree, "AlterDomainStmt")?.subtype === "X") return takesAway("the domain");
  if (as(tree, "AlterOpFamilyStmt")?.isDrop) return takesAway("the operator family");
  if (as(tree, "AlterPublicationStmt")?.action === "AP_DropObjects") return takesAway("the publication");
  if (as(tree, "AlterTSConfigurationStmt")?.kind === "ALTER_TSCONFIG_DROP_MAPPING") {
    return takesAway("the text search configuration");
  }
  return refusalOfServerObject(tree);
}

/** Satellites of roles, databases and tablespaces. */
function refusalOfServerObject(tree: ParsedStatement["tree"]): Refusal | undefined {
  const type =
    as(tree, "CommentStmt")?.objtype ??
    as(tree, "SecLabelStmt")?.objtype ??
    as(tree, "GrantStmt")?.objtype ??
    as(tree, "AlterOwnerStmt")?.objectType;
  if (type === "OBJECT_DATABASE") return database;
  if (type === "OBJECT_ROLE") return roles;
  if (type === "OBJECT_TABLESPACE") return wholeServer("a tablespace");
  if (type === "OBJECT_PARAMETER_ACL") return wholeServer("a privilege on a configuration parameter");
  if (type === "OBJECT_LARGEOBJECT") return data("a statement about a large object");
  return undefined;
}

function relationOf(tree: ParsedStatement["tree"]) {
  return (
    as(tree, "CreateStmt")?.relation ??
    as(tree, "CreateSeqStmt")?.sequence ??
    as(tree, "ViewStmt")?.view ??
    as(tree, "CreateTableAsStmt")?.into?.rel
  );
}

const temporary: Refusal = {
  because: "what is temporary lives in a session, not in a schema",
  next: "remove TEMPORARY, or the statement",
};

const tableOfQuery: Refusal = {
  because: "CREATE TABLE AS takes columns and rows from a query",
  next: "write out the columns, or make it a view or a materialized view",
};

const enumValues: Refusal = {
  because: "a schema file holds one list of an enum's values",
  next: "write the value in the definition: CREATE TYPE … AS ENUM",
};

const takesAway = (what: string): Refusal => ({
  because: `the statement takes away a part of ${what} that another one defines`,
  next: "delete that part's definition: what no file defines is dropped by the plan",
});

/**
 * What ALTER TABLE may not do in a description. DROP DEFAULT and DROP NOT NULL may stand: a child table says
 * by them that it has not what its parent has, and pg_dump writes them so.
 */
const refusedAlterations: Partial<Record<AlterTableType, Refusal>> = {
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

/** SELECT does not belong either; set_config() is taken as a setting before it comes here. */
export function refuseQuery(statement: ParsedStatement): void {
  const select = as(statement.tree, "SelectStmt");
  if (select === undefined) return;
  const call = as(as(select.targetList?.[0], "ResTarget")?.val, "FuncCall");
  const isSetval = strings(call?.funcname).at(-1) === "setval";
  throw new DmError(
    "DM2105",
    isSetval
      ? "setval() moves a sequence's counter, which is data"
      : "a query is no part of a schema file; only SELECT pg_catalog.set_config(…) may stand there",
    {
      at: statement.at,
      next: [isSetval ? "dump with --schema-only" : "remove it, or move it to a revision made by `dm new`"],
    },
  );
}
