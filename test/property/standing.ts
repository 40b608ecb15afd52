import type { Both } from "./both.js";
import { partitionKey, relationOf, setFree } from "./columns.js";
import type { Generator } from "./generate.js";
import type { Relation, State } from "./model.js";
import type { Random } from "./random.js";

/** A table that stands alone in one state is a partition in the other: it is attached, or detached. */
export function addStanding(both: Both): void {
  const { a, b, random, generator } = both;
  const able = partitions(a).filter(({ id }) => partitions(b).some((one) => one.id === id));
  const chosen = random.chance(0.5) ? random.maybe(able) : undefined;
  const partition = chosen ?? newPartition(both);
  if (partition === undefined) return;
  const isFirst = random.chance(0.5);
  const [free, tied] = isFirst ? [a, b] : [b, a];
  const [standing, other] = [relationOf(free, partition.id), relationOf(tied, partition.id)];
  if (standing === undefined || other === undefined) return;
  if (isFirst) standAlone(standing, free, random, generator);
  else both.edit((inB) => standAlone(standing, free, random, inB));
  // What it is attached to may be new, too.
  if (chosen === undefined && random.chance(0.3))
    free.relations = free.relations.filter(({ id }) => id !== other.parent?.table);
  // With all rows where they can be, none are in the way.
  const hasSiblings = tied.relations.some(
    ({ id, parent }) => id !== other.id && parent?.table === other.parent?.table,
  );
  if (!hasSiblings && other.parent !== undefined && random.chance(0.6)) {
    if (random.chance(0.5)) other.parent.isDefault = true;
    else other.parent.takesAll = true;
  }
}

function partitions(state: State): Relation[] {
  return state.relations.filter(({ parent }) => {
    const root = relationOf(state, parent?.table);
    return root !== undefined && partitionKey(state, root) !== undefined;
  });
}

/** A partition of a table that was made with it. */
function newPartition({ a, b, random, generator }: Both): Relation | undefined {
  const root = generator.relation("table");
  for (let left = 1 + random.below(4); left > 0; left--) root.columns.push(generator.column(root.columns));
  generator.partitionBy(root);
  if (root.partitionBy === undefined) return undefined;
  const partition = generator.relation("table");
  partition.parent = { table: root.id, slot: random.below(2), isDefault: false };
  a.relations.push(root, partition);
  generator.attach(root);
  if (random.chance(0.5)) generator.attach(partition);
  if (random.chance(0.3)) generator.override(partition);
  b.relations.push(...structuredClone([root, partition]));
  return partition;
}

function standAlone(table: Relation, state: State, random: Random, generator: Generator): void {
  const root = relationOf(state, table.parent?.table);
  setFree(state, table);
  if (random.chance(0.6)) table.columns = random.shuffled(table.columns);
  for (const column of table.columns) if (random.chance(0.2)) generator.nameNotNull(column);
  // What the partitioned table has, the table may have already, under names of its own.
  for (const { name: _, comment: __, ...key } of root?.keys ?? []) {
    if (random.chance(0.5)) table.keys.push({ ...key, id: generator.id(), ...generator.optionalName() });
  }
  for (const { clustered: _, comment: __, ...index } of root?.indexes ?? []) {
    if (random.chance(0.5)) table.indexes.push({ ...index, id: generator.id(), name: generator.freshName() });
  }
  for (const { name: _, comment: __, ...key } of root?.foreignKeys ?? []) {
    if (random.chance(0.5))
      table.foreignKeys.push({ ...key, id: generator.id(), ...generator.optionalName() });
  }
  for (const { comment: _, ...check } of root?.checks ?? []) {
    if (random.chance(0.5)) table.checks.push({ ...check, id: generator.id() });
  }
}
