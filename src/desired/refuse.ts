import { DmError } from "../error.js";
import type { ParsedStatement, StatementType } from "../parse/parser.js";
import { connectsToPublisher, runsSubscription } from "./publisher.js";
import {
  connecting,
  data,
  database,
  drop,
  enumValues,
  operation,
  passwords,
  type Refusal,
  refused,
  refusedAlterations,
  roles,
  settings,
  tableOfQuery,
  takesAway,
  temporary,
  uncovered,
  wholeServer,
} from "./refusal.js";
import { roleMadeBy, sharedPartOf } from "./shared.js";
import { as, strings } from "./tree.js";

export interface RefusalOptions {
  /** `manage: roles` of dm.yaml: the roles that it covers are part of the schema, with their memberships. */
  readonly coversRole?: (role: string) => boolean;
  /** `manage: settings`: settings of roles and of the database are, and the comment on the database. */
  readonly manageSettings?: boolean;
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
  const shared = sharedPartOf(statement);
  if (shared === "roles") return options.coversRole === undefined ? roles : refusalOfRole(statement, options);
  if (shared === "settings") {
    if (options.manageSettings !== true) return settings;
    return as(statement.tree, "AlterRoleSetStmt")?.role === undefined && type === "AlterRoleSetStmt"
      ? wholeServer("a setting of all roles")
      : undefined;
  }
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

function refusalOfRole(statement: ParsedStatement, { coversRole }: RefusalOptions): Refusal | undefined {
  const { tree, type } = statement;
  if (type === "DropRoleStmt") return drop;
  if (as(tree, "GrantRoleStmt") !== undefined && as(tree, "GrantRoleStmt")?.is_grant !== true) {
    return takesAway("a membership");
  }
  const options = as(tree, "CreateRoleStmt")?.options ?? as(tree, "AlterRoleStmt")?.options ?? [];
  const password = options.find((node) => as(node, "DefElem")?.defname === "password");
  if (password !== undefined && as(password, "DefElem")?.arg !== undefined) return passwords;
  const made = roleMadeBy(statement);
  return made === undefined || coversRole?.(made) === true ? undefined : uncovered(made);
}

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
  if (connectsToPublisher(tree)) return connecting;
  if (runsSubscription(tree)) return operation;
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
