import { type Fact, isKind } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { columnDefinition } from "../kinds/column.js";
import { constraintDefinition } from "../kinds/constraint.js";
import { everyone, theOwner } from "../kinds/grants.js";
import { notNullClause } from "../kinds/not-null.js";
import { quoteIdentifier, quoteLiteral } from "../sql/quote.js";
import { firstLine } from "./words.js";

/** What a fact is called below its parent, or by itself: `column name`, `table app.patient`. */
export function labelOf({ identity, id }: Fact, parent?: Fact): string {
  const { kind, name, on, args, of } = identity;
  if (kind === "default privilege") return defaultPrivilegeLabel(identity);
  if (kind === "membership" && on !== undefined) {
    const member = parent === undefined ? ` of ${quoteIdentifier(on)}` : "";
    return `membership${member} in ${quoteIdentifier(name ?? "")}`;
  }
  if (parent === undefined || isKind(parent, "schema")) {
    if (of === undefined) return id;
  }
  if (kind === "privilege") {
    const by = args === undefined ? "" : `, granted by ${args.map(quoteIdentifier).join(", ")}`;
    const isOfMember = parent !== undefined && of !== undefined && factId(of) !== parent.id;
    return `privileges of ${roleName(name)}${by}${isOfMember ? ` on ${factId(of)}` : ""}`;
  }
  if (
    name === undefined ||
    (of === undefined && parent !== undefined && isSamePath(identity, parent.identity))
  ) {
    return kind;
  }
  const signature = args === undefined ? "" : `(${args.join(", ")})`;
  const isElsewhere = on === undefined && identity.schema !== parent?.identity.schema && of === undefined;
  const path = isElsewhere ? [identity.schema, name] : [name];
  const shown = path.filter((part) => part !== undefined).map(quoteIdentifier);
  return `${kind} ${shown.join(".")}${signature}`;
}

/** What is created or dropped, in a few words of SQL; empty where its name says all. */
export function describeFact(fact: Fact, members: readonly Fact[] = []): string {
  const comment = members.find((member) => isKind(member, "comment"));
  const text = definitionOf(fact, members);
  if (!isKind(comment, "comment")) return text;
  return `${text} -- ${firstLine(comment.attributes.text, 60)}`.trim();
}

function definitionOf(fact: Fact, members: readonly Fact[]): string {
  if (isKind(fact, "column")) {
    const { text } = columnDefinition(fact, members);
    return oneLine(afterName(text, quoteIdentifier(fact.identity.name ?? "")));
  }
  if (isKind(fact, "constraint")) {
    const { text } = constraintDefinition(fact);
    return oneLine(afterName(text, `CONSTRAINT ${quoteIdentifier(fact.identity.name ?? "")}`));
  }
  if (isKind(fact, "not null")) {
    const { text } = notNullClause(fact);
    return text === "NOT NULL" ? "" : text;
  }
  if (isKind(fact, "comment")) return quoteLiteral(firstLine(fact.attributes.text, 60));
  if (isKind(fact, "privilege") || isKind(fact, "default privilege")) return grantsText(fact.attributes);
  if (isKind(fact, "view") || isKind(fact, "materialized view")) return viewColumns(members);
  return generic(new Map<string, unknown>(Object.entries(fact.attributes)));
}

function viewColumns(members: readonly Fact[]): string {
  const names = members
    .filter((member) => isKind(member, "view column"))
    .map(({ identity }) => quoteIdentifier(identity.name ?? ""));
  return names.length === 0 ? "" : firstLine(`(${names.join(", ")})`, 100);
}

function generic(attributes: ReadonlyMap<string, unknown>): string {
  for (const key of ["expression", "role", "type", "definition", "result", "value", "text"]) {
    const value = attributes.get(key);
    if (typeof value !== "string") continue;
    const prefix = key === "definition" && attributes.get("unique") === true ? "UNIQUE " : "";
    const text = `${key === "result" ? "returns " : prefix}${value.trim()}`;
    return text.includes("\n") || text.length > 100 ? "" : text;
  }
  const labels = attributes.get("labels");
  return Array.isArray(labels) ? firstLine(`(${labels.map(textOf).join(", ")})`, 100) : "";
}

function grantsText(grants: Fact<"privilege">["attributes"]): string {
  const part = (words: string, privileges: readonly string[]) =>
    privileges.length === 0 ? [] : [`${words}${privileges.join(", ")}`];
  return [
    ...part("", grants.granted),
    ...part("with grant option: ", grants.grantable),
    ...part("revoked: ", grants.revoked),
  ].join("; ");
}

function defaultPrivilegeLabel({ schema, name, args }: Identity): string {
  const [creator, objects = "objects"] = args ?? [];
  const by = creator === undefined || creator.startsWith("pg_") ? "" : ` by ${quoteIdentifier(creator)}`;
  const where = schema === undefined ? "" : ` in ${quoteIdentifier(schema)}`;
  return `default privileges of ${roleName(name)} on ${objects} created${by}${where}`;
}

function roleName(name: string | undefined): string {
  if (name === everyone) return "PUBLIC";
  return name === theOwner || name === undefined ? "the owner" : quoteIdentifier(name);
}

function isSamePath(a: Identity, b: Identity): boolean {
  return a.schema === b.schema && a.on === b.on && a.name === b.name;
}

function afterName(text: string, name: string): string {
  return text.startsWith(`${name} `) ? text.slice(name.length + 1) : text;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

/** An attribute's name in words: `notNull` is `not null`. */
export function wordsOf(attribute: string): string {
  return attribute.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** An attribute's value as a person reads it. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(textOf).join(", ");
  if (typeof value === "object") {
    const items = Object.entries(value).map(([key, inner]) => `${wordsOf(key)} ${textOf(inner)}`);
    return items.length === 0 ? "none" : items.join(", ");
  }
  return typeof value === "string" && value.trim() !== value ? quoteBlanks(value) : String(value);
}

/** Text whose outer blanks would not be seen. */
function quoteBlanks(text: string): string {
  return text.includes("\n") ? text : quoteLiteral(text);
}
