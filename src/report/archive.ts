import type { ArchivedThing, ArchiveList, PurgeResult } from "../project/archive.js";
import type { Json, JsonObject } from "./json.js";
import { type Paint, plain } from "./paint.js";
import { count, harmless, moment } from "./words.js";

/** What is in quarantine, a block each: what it was, since when, by which revision, how much, and where it is. */
export function archiveText({ things, environment }: ArchiveList, paint: Paint = plain): string {
  if (things.length === 0) return `nothing is in quarantine on ${environment}`;
  return things.map((thing) => thingText(thing, paint)).join("\n\n");
}

function thingText(thing: ArchivedThing, paint: Paint): string {
  const { id, revision, archivedAt, archivedBy, place, purgedAt, readers, publications, what } = thing;
  const state =
    purgedAt !== null
      ? paint.dim(`purged ${moment(purgedAt)}`)
      : place === null
        ? paint.red("not there any more: somebody took it away")
        : `${amountOf(thing)}, in ${harmless(place)}`;
  return [
    `${paint.bold(harmless(called(thing)))}  ${paint.dim(id)}`,
    `  since ${moment(archivedAt)}, by revision ${revision}, run by ${harmless(archivedBy)}`,
    `  ${state}`,
    ...(what.homes === undefined || purgedAt !== null
      ? []
      : [`  went with schema ${what.homes.map(({ schema }) => harmless(schema)).join(", ")}`]),
    ...(readers.length === 0
      ? []
      : [paint.yellow(`  can be read by ${readers.map(harmless).join(", ")}, not by its owner alone`)]),
    ...(publications.length === 0
      ? []
      : [paint.yellow(`  is published by ${publications.map(harmless).join(", ")}`)]),
  ].join("\n");
}

export function restoredText(things: readonly ArchivedThing[]): string {
  return [
    ...things.map((thing) => `${harmless(called(thing))} is back, with ${amountOf(thing)}`),
    "dm drift tells of it until the schema files have it and a revision makes it, or until it is dropped",
    "what was cut off from it is not back: foreign keys, triggers, grants, NOT NULL",
  ].join("\n");
}

export function purgedText({ things, olderThan }: PurgeResult): string {
  if (things.length === 0) return `nothing has been in quarantine for longer than ${olderThan}`;
  return [
    "destroyed for good:",
    ...things.map((thing) => `  ${harmless(called(thing))}, ${amountOf(thing)}`),
  ].join("\n");
}

/** `12 rows, 16 kB`; of a column, values that are not NULL. */
function amountOf({ rows, bytes, what }: ArchivedThing): string {
  const noun = what.kind === "column" ? "value" : "row";
  return [
    rows === null ? `nobody has counted its ${noun}s` : count(rows, noun),
    ...(bytes === null ? [] : [size(bytes)]),
  ].join(", ");
}

/** Bytes as PostgreSQL's pg_size_pretty tells them. */
function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 10 * 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Math.round(value)} ${units[unit]}`;
}

function called({ what: { kind, schema, table, column, was } }: ArchivedThing): string {
  const path = [schema, table, column].filter((part) => part !== undefined).join(".");
  return `${kind} ${path}${was === undefined ? "" : `, as it was of type ${was}`}`;
}

export function archiveJson({ environment, database, things }: ArchiveList): JsonObject {
  return { environment, database, things: things.map(thingJson) };
}

export function purgeJson({ olderThan, ...list }: PurgeResult): JsonObject {
  return { ...archiveJson(list), olderThan };
}

export function thingJson(thing: ArchivedThing): { readonly [key: string]: Json } {
  const { id, revision, archivedAt, archivedBy, place, rows, bytes, purgedAt, what, readers, publications } =
    thing;
  const { kind, schema, table, column, was } = what;
  return {
    ...{ id, kind, schema, table, column: column ?? null, was: was ?? null },
    ...{ revision, archivedAt, archivedBy, place, rows, bytes, purgedAt, readers, publications },
  };
}
