import type { Both } from "./both.js";
import { partitionKey } from "./columns.js";
import { editTable } from "./edit.js";
import type { Generator } from "./generate.js";
import type { Column, Key, Relation } from "./model.js";
import { comments } from "./names.js";
import type { Random } from "./random.js";
import { sortOf } from "./sorts/index.js";
import { hasGistOfScalars, periodTypes, scalarTypes } from "./temporal-types.js";

/** Tables with keys WITHOUT OVERLAPS, and foreign keys to them with a PERIOD. */
export function addTemporal(both: Both): void {
  const { a, b, random, generator } = both;
  if (a.major < 18) return;
  const hasGist = random.chance(0.5) && haveGist(both);
  const type = hasGist ? random.pick(scalarTypes) : random.pick(["int4range", "numrange", "daterange"]);
  const ranges = a.parts.filter(({ sort }) => sort === "range").map(({ id }) => id);
  const period = plainColumn(generator, random.pick([...periodTypes, ...ranges]));
  const key = plainColumn(generator, type);
  const table = generator.relation("table");
  table.columns = random.shuffled([key, period, generator.column([])]);
  table.keys.push(temporalKey(generator, random, [key.id], period.id));
  if (hasGist && random.chance(0.4))
    table.partitionBy = { strategy: random.pick(["LIST", "HASH"]), column: key.id };
  const made = [table, ...partitionsOf(both, table)];
  const referencing = random.chance(0.7) ? referTo(generator, random, table, key, period) : undefined;
  if (referencing !== undefined && referencing !== table) made.push(referencing);
  for (const one of made) one.schema = random.chance(0.5) ? table.schema : one.schema;
  both.add(({ relations }) => relations, ...made);

  const ids = new Set(made.map(({ id }) => id));
  both.edit((inB) => {
    const own = () => b.relations.filter(({ id }) => ids.has(id));
    for (let left = 1 + random.below(3); left > 0; left--) {
      const one = random.maybe(own());
      if (one === undefined) return;
      if (random.chance(0.4)) editTable(b, own(), random, inB);
      else if (random.chance(0.12)) b.relations = b.relations.filter(({ id }) => id !== one.id);
      else changeKey(random.maybe(own().flatMap(({ keys }) => keys)), random);
    }
  });
}

/** Whether the states have btree_gist; they get it where nothing is in its way. */
function haveGist({ a, b, generator }: Both): boolean {
  const isFree = [a, b].every(({ parts }) => parts.every(({ sort }) => sort !== "extension"));
  const made = isFree ? generator.addPart(sortOf("extension")) : undefined;
  if (made !== undefined) {
    made.choice.extension = "btree_gist";
    b.parts.push(structuredClone(made));
  }
  return hasGistOfScalars(a, () => true);
}

function plainColumn(generator: Generator, type: string | number): Column {
  const { owner: _, ...named } = generator.named();
  return { ...named, type, array: false, notNull: false };
}

function temporalKey(generator: Generator, random: Random, columns: number[], period: number): Key {
  return {
    ...generator.optionalName(),
    id: generator.id(),
    type: random.pick(["PRIMARY KEY", "UNIQUE"]),
    columns,
    period,
    include: [],
    nullsNotDistinct: false,
    deferral: random.pick(["", "", "", "DEFERRABLE"]),
    ...(random.chance(0.2) ? { comment: random.pick(comments) } : {}),
  };
}

function partitionsOf({ random, generator, a }: Both, table: Relation): Relation[] {
  if (partitionKey(a, table) === undefined) return [];
  return Array.from({ length: 1 + random.below(2) }, (_, slot) => {
    const partition = generator.relation("table");
    partition.parent = { table: table.id, slot, isDefault: false };
    return partition;
  });
}

/** A table whose rows refer to those of the other, or that other itself. */
function referTo(generator: Generator, random: Random, to: Relation, key: Column, period: Column): Relation {
  const isItself = random.chance(0.2);
  const table = isItself ? to : generator.relation("table");
  const own = plainColumn(generator, key.type);
  const during = isItself && random.chance(0.5) ? period : plainColumn(generator, period.type);
  table.columns.push(own, ...(during === period ? [] : [during]));
  if (to.unlogged) table.unlogged = true;
  // Rows are looked for as the owner of the table referred to, who may have no right to its schema.
  delete to.owner;
  table.foreignKeys.push({
    ...generator.optionalName(),
    id: generator.id(),
    column: own.id,
    table: to.id,
    target: key.id,
    period: { column: during.id, target: period.id },
    // No action but this one is there yet (manual, CREATE TABLE, REFERENCES).
    actions: random.pick(["", "MATCH FULL", "ON DELETE NO ACTION"]),
    deferral: random.pick(["", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"]),
    notValid: random.chance(0.3),
    notEnforced: generator.notEnforced(),
  });
  return table;
}

/** It becomes a key without a period, or one with; the primary key, or not. */
function changeKey(key: Key | undefined, random: Random): void {
  if (key === undefined) return;
  const last = key.columns.at(-1);
  if (random.chance(0.3)) key.type = key.type === "UNIQUE" ? "PRIMARY KEY" : "UNIQUE";
  else if (key.period !== undefined) {
    key.columns.push(key.period);
    delete key.period;
  } else if (last !== undefined && key.columns.length > 1) {
    key.period = last;
    key.columns.pop();
  }
}
