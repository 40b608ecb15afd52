import type { AlterTableCmd, AlterTableStmt, AlterTableType } from "libpg-query";
import type { ParsedStatement, StatementType } from "../parse/parser.js";
import { as } from "./tree.js";

/**
 * The order in which statements load, whatever the order of the files: what others may need first, and what
 * would mean something else too early after what it is about. Within a stage the order of the files holds.
 * What is still missing something is tried again after each stage, so this order need not be perfect, only
 * meaningful:
 *
 * - roles, schemas and extensions first: a name without a schema would land elsewhere while its own is missing;
 * - what is said of types with them: PostgreSQL refuses to change one that a column's type is made of;
 * - functions before what may call them, or a call could bind to another overload;
 * - ALTER TABLE after all tables: ALTER TABLE ONLY … SET DEFAULT would reach a child that is made after it;
 * - partitions attached before indexes and keys, unless their file attaches them below: one of the parent would make the
 *   partition's own a second;
 * - views after columns that ALTER TABLE adds, for SELECT *;
 * - GRANT and REVOKE after all objects, for ON ALL TABLES IN SCHEMA, and in the order written;
 * - what others than the owners grant after what lets them grant;
 * - default privileges behind them: what the files define has the privileges that the files say;
 * - event triggers last: they would fire on the rest.
 */
const stages = [
  "role",
  "schema",
  "schema if missing",
  "extension",
  "type",
  "function",
  "relation",
  "shape",
  "alteration",
  "view",
  "key",
  "attachment",
  "late attachment",
  "satellite",
  "privilege",
  "grant by another role",
  "default privilege",
  "event trigger",
] as const;

export type Stage = (typeof stages)[number];

export const stageNumber = (stage: Stage): number => stages.indexOf(stage);

const stageOfType: Partial<Record<StatementType, Stage>> = {
  CreateRoleStmt: "role",
  AlterRoleStmt: "role",
  AlterRoleSetStmt: "role",
  AlterDatabaseSetStmt: "role",
  GrantRoleStmt: "role",
  CreateSchemaStmt: "schema",
  CreateExtensionStmt: "extension",
  CreatePLangStmt: "extension",
  CreateAmStmt: "extension",
  CompositeTypeStmt: "type",
  CreateEnumStmt: "type",
  CreateRangeStmt: "type",
  CreateDomainStmt: "type",
  AlterDomainStmt: "type",
  CreateFunctionStmt: "function",
  DefineStmt: "function",
  CreateCastStmt: "function",
  CreateOpFamilyStmt: "function",
  CreateOpClassStmt: "function",
  CreateConversionStmt: "function",
  CreateTransformStmt: "function",
  CreateFdwStmt: "function",
  CreateForeignServerStmt: "function",
  CreateStmt: "relation",
  CreateForeignTableStmt: "relation",
  CreateSeqStmt: "relation",
  ViewStmt: "view",
  CreateTableAsStmt: "view",
  IndexStmt: "key",
  CreateTrigStmt: "attachment",
  CreatePolicyStmt: "attachment",
  RuleStmt: "attachment",
  CreateStatsStmt: "attachment",
  CreatePublicationStmt: "attachment",
  CreateSubscriptionStmt: "attachment",
  AlterPolicyStmt: "satellite",
  ClusterStmt: "satellite",
  CommentStmt: "satellite",
  SecLabelStmt: "satellite",
  GrantStmt: "privilege",
  AlterDefaultPrivilegesStmt: "default privilege",
  CreateEventTrigStmt: "event trigger",
  AlterEventTrigStmt: "event trigger",
};

/** ALTER TABLE by what it does; what is not named here is an alteration. */
const stageOfAlteration: Partial<Record<AlterTableType, Stage>> = {
  AT_AddColumn: "shape",
  AT_AttachPartition: "shape",
  AT_AddInherit: "shape",
  AT_AddOf: "shape",
  AT_AddConstraint: "key",
  AT_AddIndexConstraint: "key",
  AT_ClusterOn: "satellite",
  AT_ReplicaIdentity: "satellite",
  AT_ValidateConstraint: "satellite",
  AT_EnableTrig: "satellite",
  AT_EnableAlwaysTrig: "satellite",
  AT_EnableReplicaTrig: "satellite",
  AT_DisableTrig: "satellite",
  AT_EnableTrigAll: "satellite",
  AT_DisableTrigAll: "satellite",
  AT_EnableTrigUser: "satellite",
  AT_DisableTrigUser: "satellite",
  AT_EnableRule: "satellite",
  AT_EnableAlwaysRule: "satellite",
  AT_EnableReplicaRule: "satellite",
  AT_DisableRule: "satellite",
};

export function stageOf({ type, tree }: ParsedStatement): Stage {
  const satelliteOf =
    as(tree, "CommentStmt")?.objtype ??
    as(tree, "SecLabelStmt")?.objtype ??
    as(tree, "AlterOwnerStmt")?.objectType;
  if (satelliteOf === "OBJECT_EVENT_TRIGGER") return "event trigger";
  const defined = as(tree, "DefineStmt")?.kind;
  if (defined === "OBJECT_COLLATION" || defined === "OBJECT_TYPE") return "type";
  if (as(tree, "CreateSchemaStmt")?.if_not_exists) return "schema if missing";
  const alter = as(tree, "AlterTableStmt");
  if (alter !== undefined) return stageOfAlter(alter);
  return stageOfType[type] ?? "alteration";
}

function stageOfAlter({ cmds, objtype }: AlterTableStmt): Stage {
  // ALTER INDEX … ATTACH PARTITION, and what is said of an index.
  if (objtype === "OBJECT_INDEX") return "late attachment";
  if (objtype === "OBJECT_TYPE") return "type";
  const numbers = (cmds ?? []).map((node) => stageNumber(stageOfCommand(as(node, "AlterTableCmd"))));
  return stages[Math.max(...numbers)] ?? "alteration";
}

function stageOfCommand(command: AlterTableCmd | undefined): Stage {
  if (command?.subtype === undefined) return "alteration";
  if (as(command.def, "Constraint")?.contype === "CONSTR_FOREIGN") return "attachment";
  return stageOfAlteration[command.subtype] ?? "alteration";
}
