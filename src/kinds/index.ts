import type { Catalog } from "../catalog/catalog.js";
import type { KindName } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import type { Sql } from "../sql/sql.js";
import { accessMethod } from "./access-method.js";
import { aggregate } from "./aggregate.js";
import { attribute } from "./attribute.js";
import { baseType } from "./base-type.js";
import { cast } from "./cast-kind.js";
import { clusterMark } from "./cluster.js";
import { collation } from "./collation.js";
import { column } from "./column.js";
import { commentKind } from "./comment.js";
import { compositeType } from "./composite-type.js";
import { constraint } from "./constraint.js";
import { conversion } from "./conversion.js";
import { columnDefault } from "./default.js";
import { defaultPrivilege } from "./default-privilege.js";
import type { Kind } from "./define.js";
import { domain } from "./domain.js";
import { domainConstraint } from "./domain-constraint.js";
import { enumType, renameEnumValue } from "./enum.js";
import { eventTrigger } from "./event-trigger.js";
import { extension } from "./extension.js";
import { extensionDependency } from "./extension-dependency.js";
import { foreignColumn } from "./foreign-column.js";
import { foreignDataWrapper, foreignServer } from "./foreign-data-wrapper.js";
import { foreignTable } from "./foreign-table.js";
import { index } from "./index-kind.js";
import { inheritance } from "./inheritance.js";
import { language } from "./language.js";
import { materializedView } from "./materialized-view.js";
import { membership } from "./membership.js";
import { notNull } from "./not-null.js";
import { operator } from "./operator.js";
import { operatorClass, operatorFamilyMember } from "./operator-class.js";
import { operatorFamily } from "./operator-family.js";
import { owner } from "./owner.js";
import { sequenceOwnership } from "./ownership.js";
import { partition } from "./partition.js";
import { policy } from "./policy.js";
import { privilege } from "./privilege.js";
import { publication, publicationSchema, publicationTable } from "./publication.js";
import { range } from "./range.js";
import { replicaIdentity } from "./replica-identity.js";
import { role } from "./role.js";
import { functionKind, procedure } from "./routine.js";
import { rowSecurity } from "./row-security.js";
import { rule } from "./rule.js";
import { schema } from "./schema.js";
import { securityLabel } from "./security-label.js";
import { sequence } from "./sequence.js";
import { databaseComment, databaseSetting, roleSetting } from "./setting.js";
import { statistics } from "./statistics.js";
import { subscription } from "./subscription.js";
import { table } from "./table.js";
import { tableType } from "./table-type.js";
import { textSearchConfiguration, textSearchMapping } from "./text-search-configuration.js";
import { textSearchDictionary } from "./text-search-dictionary.js";
import { textSearchParser, textSearchTemplate } from "./text-search-parser.js";
import { transform } from "./transform.js";
import { trigger } from "./trigger.js";
import { type } from "./type.js";
import { userMapping } from "./user-mapping.js";
import { view } from "./view.js";
import { viewColumn } from "./view-column.js";

/**
 * Every kind, in the order a person would write their definitions: among statements that may run in any order, this
 * one decides.
 */
const registry: { readonly [K in KindName]: Kind<K> } = {
  role,
  membership,
  "role setting": roleSetting,
  "database setting": databaseSetting,
  "database comment": databaseComment,
  schema,
  extension,
  language,
  "access method": accessMethod,
  collation,
  conversion,
  enum: enumType,
  domain,
  "domain constraint": domainConstraint,
  "composite type": compositeType,
  attribute,
  type,
  range,
  "text search parser": textSearchParser,
  "text search template": textSearchTemplate,
  "text search dictionary": textSearchDictionary,
  "text search configuration": textSearchConfiguration,
  "text search mapping": textSearchMapping,
  "foreign data wrapper": foreignDataWrapper,
  "foreign server": foreignServer,
  "user mapping": userMapping,
  sequence,
  table,
  column,
  "foreign table": foreignTable,
  "foreign column": foreignColumn,
  inheritance,
  "table type": tableType,
  default: columnDefault,
  "not null": notNull,
  constraint,
  "sequence ownership": sequenceOwnership,
  index,
  partition,
  statistics,
  "cluster mark": clusterMark,
  "replica identity": replicaIdentity,
  function: functionKind,
  procedure,
  "base type": baseType,
  aggregate,
  operator,
  "operator family": operatorFamily,
  "operator class": operatorClass,
  "operator family member": operatorFamilyMember,
  cast,
  transform,
  view,
  "view column": viewColumn,
  "materialized view": materializedView,
  rule,
  trigger,
  policy,
  "row security": rowSecurity,
  publication,
  "publication schema": publicationSchema,
  "publication table": publicationTable,
  subscription,
  "event trigger": eventTrigger,
  owner,
  privilege,
  "extension dependency": extensionDependency,
  comment: commentKind,
  "security label": securityLabel,
  "default privilege": defaultPrivilege,
};

export const kindNames = Object.keys(registry) as readonly KindName[];

/** A kind as the generic stages see it: they hand its facts back to it and look no further. */
export type AnyKind = Kind<KindName>;

/** The kind of that name. The registry's type pairs each name with its kind; callers pass it its own facts. */
export function kindOf(kind: KindName): AnyKind {
  return registry[kind] as unknown as AnyKind;
}

export function isKindName(name: string): name is KindName {
  return name in registry;
}

/** How SQL refers to a fact of this state: `TABLE app.patient`. */
export function address(identity: Identity, catalog: Catalog): Sql {
  const kind = kindOf(identity.kind as KindName);
  if (kind.address === undefined) throw new Error(`a ${identity.kind} has no address`);
  return kind.address(identity, catalog);
}

export { renameEnumValue };
