import type { Constraint } from "libpg-query";
import type { ParsedStatement } from "../parse/parser.js";
import { type Element, type ElementList, elementsAt, type Token } from "../parse/scan.js";
import { quoteIdentifier } from "../sql/quote.js";
import { as } from "./tree.js";

/** A stretch of the statement's source. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A foreign key that stands inside of CREATE TABLE: where, and how ALTER TABLE … ADD says it. */
export interface InlineForeignKey {
  readonly range: Range;
  /** Text, or a stretch of the source that is taken over as it stands. */
  readonly addition: readonly (string | Range)[];
}

export interface InlineForeignKeys {
  readonly keys: readonly InlineForeignKey[];
  /** Punctuation that has nothing left to separate or to hold when the keys are gone. */
  readonly idle: readonly Range[];
}

/**
 * The foreign keys written inside of a CREATE TABLE. PostgreSQL itself adds them by ALTER TABLE once the
 * table is there (transformFKConstraints), so added later they get the same names; and tables may refer to
 * each other.
 */
export function inlineForeignKeys(statement: ParsedStatement): InlineForeignKeys {
  const create = as(statement.tree, "CreateStmt");
  const list = listOf(statement, create?.tableElts?.length ?? 0);
  if (create === undefined || list === undefined) return { keys: [], idle: [] };
  const keys: InlineForeignKey[] = [];
  const emptied = new Set<Element>();
  for (const node of create.tableElts ?? []) {
    const column = as(node, "ColumnDef");
    const constraint = as(node, "Constraint");
    if (constraint?.contype === "CONSTR_FOREIGN") {
      const element = elementAt(list, statement.offset(constraint.location ?? 0));
      if (element === undefined) continue;
      emptied.add(element);
      keys.push({ range: element, addition: withoutNotValid(element.tokens) });
    } else if (column?.colname !== undefined) {
      const element = elementAt(list, statement.offset(column.location ?? 0));
      const constraints = (column.constraints ?? []).flatMap((item) => as(item, "Constraint") ?? []);
      if (element === undefined) continue;
      const stops = [column.collClause?.location, ...constraints.map((item) => item.location)];
      for (const [index, item] of constraints.entries()) {
        if (item.contype !== "CONSTR_FOREIGN") continue;
        const start = statement.offset(item.location ?? 0);
        const next = followingStop(constraints.slice(index + 1), stops, item.location ?? 0);
        const end = next === undefined ? element.end : statement.offset(next);
        keys.push(columnKey(element, { start, end }, column.colname));
      }
    }
  }
  // CREATE TABLE t () is SQL, CREATE TABLE t PARTITION OF p () is not.
  const isOptional = create.partbound !== undefined || create.ofTypename !== undefined;
  const isEmpty = list.elements.every((element) => emptied.has(element));
  const parentheses = isOptional && isEmpty ? [list.open, list.close] : [];
  return { keys, idle: [...idleCommas(list, emptied), ...parentheses] };
}

/** The parentheses with the columns: the first pair, which only PARTITION OF and OF can leave out. */
function listOf({ tokens }: ParsedStatement, count: number): ElementList | undefined {
  if (count === 0) return undefined;
  return elementsAt(
    tokens,
    tokens.findIndex((token) => token.text === "("),
  );
}

const elementAt = (list: ElementList, offset: number) =>
  list.elements.find((element) => element.start <= offset && offset < element.end);

/**
 * DEFERRABLE, NOT ENFORCED and the like are constraints of their own in the tree, and belong to the one
 * before.
 */
const isAttribute = ({ contype }: Constraint) => contype?.startsWith("CONSTR_ATTR_") ?? false;

function followingStop(after: readonly Constraint[], stops: readonly (number | undefined)[], from: number) {
  const own = new Set(
    after
      .slice(
        0,
        after.findIndex((item) => !isAttribute(item)),
      )
      .map((item) => item.location),
  );
  if (after.every(isAttribute)) for (const item of after) own.add(item.location);
  const later = stops.filter((stop) => stop !== undefined && stop > from && !own.has(stop));
  return later.length === 0 ? undefined : Math.min(...later.flatMap((stop) => stop ?? []));
}

function columnKey(element: Element, range: Range, column: string): InlineForeignKey {
  const tokens = element.tokens.filter((token) => token.start >= range.start && token.start < range.end);
  const last = tokens.at(-1);
  const references = tokens.find((token) => isWord(token, "references"));
  const end = last?.end ?? range.end;
  if (references === undefined) return { range: { start: range.start, end }, addition: [range] };
  const key = `FOREIGN KEY (${quoteIdentifier(column)}) `;
  return {
    range: { start: range.start, end },
    addition: [
      { start: range.start, end: references.start },
      key,
      ...withoutNotValid(tokens.slice(tokens.indexOf(references))),
    ],
  };
}

const isWord = (token: Token | undefined, word: string) => token?.text.toLowerCase() === word;

/** CREATE TABLE ignores NOT VALID, as there are no rows; ALTER TABLE would not. */
function withoutNotValid(tokens: readonly Token[]): Range[] {
  const start = tokens[0]?.start ?? 0;
  const end = tokens.at(-1)?.end ?? start;
  const not = tokens.findIndex((token, index) => isWord(token, "not") && isWord(tokens[index + 1], "valid"));
  const from = tokens[not];
  const to = tokens[not + 1];
  if (not === -1 || !from || !to) return [{ start, end }];
  return [
    { start, end: from.start },
    { start: to.end, end },
  ];
}

/** Between the elements that stay, one comma stays. */
function idleCommas({ elements, commas }: ElementList, emptied: ReadonlySet<Element>): Range[] {
  let hasElement = false;
  const idle: Range[] = [];
  for (const [index, element] of elements.entries()) {
    const comma = commas[index - 1];
    const isKept = !emptied.has(element);
    if (comma !== undefined && !(isKept && hasElement)) idle.push(comma);
    hasElement ||= isKept;
  }
  return idle;
}
