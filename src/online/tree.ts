import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { tableOf } from "./context.js";
import type { States } from "./waypoints.js";

/** A part of a partitioned table (an index, a constraint), and those that its partitions have from it. */
export interface Family<F extends Fact> {
  /** Of the table at the top, where the change is made. */
  readonly root: F;
  /** Of partitions that are partitioned themselves. */
  readonly branches: readonly F[];
  /** Of the tables that hold the rows. */
  readonly leaves: readonly F[];
  /** That they come from one another. */
  readonly edges: readonly Edge[];
}

/**
 * The family that the part heads in a state; nothing where its table is not partitioned or a partition itself, or where
 * a member is of another kind of relation: a foreign table.
 */
export function familyOf<F extends Fact>(root: F, catalog: Catalog): Family<F> | undefined {
  const isAbove = (part: Fact) => isPartitioned(tableOf(part, catalog)?.id, catalog);
  if (!isAbove(root) || inheritedEdges(root.id, catalog).length > 0) return undefined;
  const members = membersBelow(root, catalog);
  if (members.some((part) => tableOf(part, catalog) === undefined)) return undefined;
  return {
    root,
    branches: members.filter(isAbove),
    leaves: members.filter((part) => !isAbove(part)),
    edges: members.flatMap(({ id }) => inheritedEdges(id, catalog)),
  };
}

function membersBelow<F extends Fact>({ id, identity }: F, catalog: Catalog): F[] {
  return catalog
    .dependents(id)
    .filter(({ type }) => type === "inherits")
    .flatMap(({ from }) => {
      const member = catalog.get(from);
      // What inherits from a part is a part of the same kind.
      const same = member?.identity.kind === identity.kind ? (member as F) : undefined;
      return same === undefined ? [] : [same, ...membersBelow(same, catalog)];
    });
}

export function inheritedEdges(id: FactId, catalog: Catalog): Edge[] {
  return catalog.dependencies(id).filter(({ type }) => type === "inherits");
}

/** The one from which it comes in the end; nothing where that is of another kind: a key of an index. */
export function headOf<F extends Fact>(part: F, catalog: Catalog): F | undefined {
  const [edge] = inheritedEdges(part.id, catalog);
  if (edge === undefined) return part;
  const above = catalog.get(edge.to);
  // What inherits from a part is a part of the same kind.
  return above?.identity.kind === part.identity.kind ? headOf(above as F, catalog) : undefined;
}

export function membersOf<F extends Fact>({ root, branches, leaves }: Family<F>): F[] {
  return [root, ...branches, ...leaves];
}

export function isPartitioned(id: FactId | undefined, catalog: Catalog): boolean {
  const table = catalog.get(id);
  return isKind(table, "table") && table.attributes.partitionBy !== null;
}

/** The attachments of a partitioned table's partitions, at every level. */
export function tiesBelow(table: FactId, catalog: Catalog): Fact<"partition">[] {
  return tiesOf(table, catalog).flatMap((tie) => [
    tie,
    ...(tie.parent === undefined ? [] : tiesBelow(tie.parent, catalog)),
  ]);
}

/** The partitions of a table, at every level. */
export function partitionsBelow(table: FactId, catalog: Catalog): FactId[] {
  return tiesBelow(table, catalog).flatMap(({ parent }) => parent ?? []);
}

/** The attachments of its own partitions. */
export function tiesOf(table: FactId, catalog: Catalog): Fact<"partition">[] {
  return catalog.dependents(table).flatMap(({ from }) => {
    const tie = catalog.get(from);
    return isKind(tie, "partition") && tie.parent !== table ? [tie] : [];
  });
}

/** Whether both states have the partitioned table with the same partitions. */
export function hasSamePartitions(table: FactId | undefined, { current, wanted }: States): boolean {
  if (table === undefined || !isPartitioned(table, current) || !isPartitioned(table, wanted)) return false;
  const [before, after] = [tiesBelow(table, current), tiesBelow(table, wanted)];
  return (
    before.length === after.length &&
    after.every((tie) => sameValue(current.get(tie.id)?.attributes, tie.attributes))
  );
}
