import { structuredPatch } from "diff";
import { type Catalog, compareText } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { type Change, subject } from "../diff/diff.js";
import { kindNames } from "../kinds/index.js";
import { quoteLiteral } from "../sql/quote.js";
import { describeFact, labelOf, textOf, wordsOf } from "./describe.js";
import { count } from "./words.js";

/** The states that changes lie between: they tell where in the database a changed thing belongs. */
export interface States {
  readonly current?: Catalog;
  readonly wanted?: Catalog;
}

/** Changes as a reader sees the database: schemas, their objects, the objects' parts. */
export interface Entry {
  /** `same`: only holds what changes. */
  readonly mark: Change["type"] | "same";
  readonly kind: string;
  readonly id: FactId;
  /** `table app.patient`; of a part only what its object does not say: `column name`. */
  readonly label: string;
  /** What is created or dropped, in a few words of SQL. */
  readonly note?: string;
  readonly differences: readonly Difference[];
  readonly parts: readonly Entry[];
}

/** An attribute that changes: as two short values, or line by line. */
export interface Difference {
  /** In words: `not null`. */
  readonly attribute: string;
  /** Whether the entry's label says as much as the attribute's name. */
  readonly isObvious: boolean;
  readonly from: string;
  readonly to: string;
  readonly lines?: readonly PatchLine[];
}

export interface PatchLine {
  readonly type: "create" | "drop" | "same" | "hunk";
  readonly text: string;
}

/** Values up to this many characters are shown as `old → new` on one line. */
const longestInline = 60;

/** Arranges changes by schema, object and part. */
export function outline(changes: readonly Change[], states: States = {}): Entry[] {
  const known = (id: FactId | undefined) => states.wanted?.get(id) ?? states.current?.get(id);
  const byId = new Map(changes.map((change) => [subject(change).id, change]));
  const facts = new Map<FactId, Fact>(changes.map((change) => [subject(change).id, subject(change)]));
  const children = new Map<FactId | undefined, FactId[]>();
  const placed = new Set<FactId>();

  const place = (id: FactId) => {
    if (placed.has(id)) return;
    placed.add(id);
    const fact = facts.get(id) ?? known(id);
    if (fact !== undefined) facts.set(id, fact);
    const parent = fact?.parent;
    children.set(parent, [...(children.get(parent) ?? []), id]);
    if (parent !== undefined) place(parent);
  };
  for (const id of byId.keys()) place(id);

  const partsOf = (id: FactId | undefined): FactId[] =>
    (children.get(id) ?? []).sort((a, b) => compareFacts(facts.get(a), facts.get(b)) || compareText(a, b));

  const entry = (id: FactId, parent: Fact | undefined): Entry => {
    const [fact, change] = [facts.get(id), byId.get(id)];
    if (fact === undefined) return { ...bare(id), parts: partsOf(id).map((part) => entry(part, undefined)) };
    const parts = partsOf(id);
    const label = labelOf(fact, parent);
    const common = { kind: fact.identity.kind, id, label, differences: [] };
    if (change?.type === "alter") {
      return { ...common, mark: "alter", differences: differences(change), parts: entries(parts, fact) };
    }
    if (change === undefined) return { ...common, mark: "same", parts: entries(parts, fact) };
    const members = parts.flatMap((part) => facts.get(part) ?? []);
    const goesAlong = change.type === "drop" && !isKind(fact, "schema");
    const shown = goesAlong ? [] : parts.filter((part) => !isTold(facts.get(part), fact));
    const note = [describeFact(fact, members), goesAlong ? contents(members) : ""].filter(
      (text) => text !== "",
    );
    return {
      ...common,
      mark: change.type,
      ...(note.length === 0 ? {} : { note: note.join(" ") }),
      parts: entries(shown, fact),
    };
  };
  const entries = (ids: readonly FactId[], parent: Fact) => ids.map((id) => entry(id, parent));

  return partsOf(undefined).map((id) => entry(id, undefined));
}

/** The changes that a person would count: a new table is one, whatever its columns. */
export function topmost(entries: readonly Entry[]): Entry[] {
  return entries.flatMap((entry) => [
    ...(entry.mark === "same" ? [] : [entry]),
    ...(entry.mark === "same" || entry.kind === "schema" ? topmost(entry.parts) : []),
  ]);
}

/** Where a kind stands among the others, in the order in which a person would write them. */
export function rankOfKind(kind: string): number {
  return kindRank.get(kind) ?? kindRank.size;
}

const kindRank = new Map<string, number>(kindNames.map((kind, at) => [kind, at]));

function compareFacts(a: Fact | undefined, b: Fact | undefined): number {
  return (
    rankOfKind(a?.identity.kind ?? "") - rankOfKind(b?.identity.kind ?? "") ||
    (a?.position ?? 0) - (b?.position ?? 0)
  );
}

/** A parent that neither state knows: its text form is all there is. */
function bare(id: FactId): Omit<Entry, "parts"> {
  return { mark: "same", kind: "", id, label: id, differences: [] };
}

/** Whether the note of a created object says it already. */
function isTold(part: Fact | undefined, of: Fact): boolean {
  if (isKind(part, "default") || isKind(part, "not null")) return isKind(of, "column");
  return isKind(part, "comment") || isKind(part, "view column");
}

/** `with 5 columns, 1 constraint`: what goes with a dropped object. */
function contents(members: readonly Fact[]): string {
  const numbers = new Map<string, number>();
  for (const { identity } of members) {
    if (identity.of !== undefined || identity.name === undefined) continue;
    numbers.set(identity.kind, (numbers.get(identity.kind) ?? 0) + 1);
  }
  for (const kind of ["default", "not null", "sequence ownership", "view column"]) numbers.delete(kind);
  if (numbers.size === 0) return "";
  return `with ${Array.from(numbers, ([kind, number]) => count(number, kind)).join(", ")}`;
}

/** Attributes that are what their fact is. */
const obvious = new Set(["text", "expression", "role", "definition", "labels", "granted"]);

function differences({ current, wanted, attributes }: Change & { type: "alter" }): Difference[] {
  const before = new Map<string, unknown>(Object.entries({ ...current.noted, ...current.attributes }));
  const after = new Map<string, unknown>(Object.entries({ ...wanted.noted, ...wanted.attributes }));
  return attributes.flatMap((attribute) =>
    compareValues(attribute, before.get(attribute) ?? null, after.get(attribute) ?? null),
  );
}

function compareValues(attribute: string, before: unknown, after: unknown): Difference[] {
  if (isRecord(before) && isRecord(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((key) => textOf(before[key]) !== textOf(after[key]))
      .flatMap((key) => compareValues(`${attribute} ${key}`, before[key] ?? null, after[key] ?? null));
  }
  const [from, to] = [textOf(before), textOf(after)];
  const shown = (text: string) => (attribute === "text" ? quoteLiteral(text) : text);
  const isLong = [from, to].some((text) => text.length > longestInline || text.includes("\n"));
  return [
    {
      attribute: wordsOf(attribute),
      isObvious: obvious.has(attribute),
      from: shown(from),
      to: shown(to),
      ...(isLong ? { lines: patch(linesOf(before), linesOf(after)) } : {}),
    },
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list is compared item by item, anything else line by line; nothing has no lines. */
function linesOf(value: unknown): string {
  const text = Array.isArray(value) ? value.map(textOf).join("\n") : value === null ? "" : textOf(value);
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function patch(before: string, after: string): PatchLine[] {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 3 });
  const types: Readonly<Record<string, PatchLine["type"]>> = { "+": "create", "-": "drop" };
  return hunks.flatMap(({ oldStart, newStart, lines }) => [
    ...(hunks.length > 1 ? [{ type: "hunk", text: `line ${oldStart} → ${newStart}` } as const] : []),
    ...lines
      .filter((line) => !line.startsWith("\\"))
      .map((line) => ({ type: types[line.charAt(0)] ?? ("same" as const), text: line.slice(1) })),
  ]);
}
