import type { Catalog } from "../catalog/catalog.js";
import { isDefaultScope, type Scope } from "../catalog/scope.js";
import type { Database } from "../database/database.js";
import { type IntrospectOptions, introspect, introspectHere } from "../introspect/introspect.js";
import { managed, sharedBy } from "../manage/managed.js";
import type { Revision, StateMark } from "../revision/revision.js";

/** The managed part of what a database holds. */
export async function readState(
  database: Database,
  scope: Scope,
  options: Pick<IntrospectOptions, "self"> = {},
): Promise<Catalog> {
  return managed(await introspect(database, { ...options, shared: sharedBy(scope) }), scope);
}

/** The same inside a transaction that the caller holds. */
export async function readStateHere(
  database: Database,
  scope: Scope,
  options: Pick<IntrospectOptions, "self"> = {},
): Promise<Catalog> {
  return managed(await introspectHere(database, { ...options, shared: sharedBy(scope) }), scope);
}

/** Two states that were read under different scopes, each as far as both reach. */
export function comparable(one: Catalog, other: Catalog): readonly [Catalog, Catalog] {
  return [managed(one, other.scope), managed(other, one.scope)];
}

export function markOf(catalog: Catalog): StateMark {
  return { fingerprint: catalog.fingerprint, major: catalog.major, role: catalog.self };
}

/** The header's part for the scope under which a revision's states were measured. */
export function scopePart({ scope }: Catalog): Pick<Revision, "manage"> {
  return isDefaultScope(scope) ? {} : { manage: scope };
}
