import { Catalog } from "../catalog/catalog.js";
import type { Edge } from "../catalog/fact.js";
import { factId } from "../catalog/identity.js";
import type { Scope } from "../catalog/scope.js";
import type { Database } from "../database/database.js";
import type { Shadow } from "../database/shadow.js";
import { introspect, introspectHere } from "../introspect/introspect.js";
import { kindOf } from "../kinds/index.js";
import { sharedBy } from "../manage/managed.js";

/**
 * All that a scratch database holds; roles and settings from where they are built apart.
 * @param isOpen whether transactions are open in both.
 */
export async function readWhole(
  { apart }: Pick<Shadow, "apart">,
  database: Database,
  scope: Scope,
  isOpen: { readonly database: boolean; readonly apart: boolean },
): Promise<Catalog> {
  const shared = sharedBy(scope);
  const read = isOpen.database ? introspectHere : introspect;
  if (apart === undefined || shared.length === 0) return read(database, { shared });
  const inside = await read(database);
  const readApart = isOpen.apart ? introspectHere : introspect;
  return withShared(inside, await readApart(apart, { shared, onlySharedOf: database.version.major }));
}

/** One state of a database's own facts and of those read apart. */
export function withShared(inside: Catalog, shared: Catalog): Catalog {
  const needs: Edge[] = [...inside.facts.values()].flatMap((fact) =>
    (kindOf(fact.identity.kind).roles?.(fact) ?? []).map((name) => ({
      from: fact.id,
      to: factId({ kind: "role", name }),
      type: "needs" as const,
    })),
  );
  return new Catalog({
    major: inside.major,
    self: inside.self,
    unmodelled: inside.unmodelled,
    facts: [...inside.facts.values(), ...shared.facts.values()],
    edges: [...inside.edges(), ...shared.edges(), ...needs],
  });
}
