import type { Fact } from "../../catalog/fact.js";
import { isKind } from "../../catalog/fact.js";
import type { FoundInState, StateRules } from "../rule.js";
import type { NamedKind } from "../settings.js";

/** What things are called. */
export const nameRules: StateRules = {
  "long-identifier": ({ statements, settings: { identifierLength } }) =>
    statements.flatMap(({ tokens, source }) =>
      tokens.flatMap(({ kind, text, start }): FoundInState[] => {
        const name = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
        const length = Buffer.byteLength(name);
        if (kind !== "name" || length <= identifierLength) return [];
        return [
          {
            at: source.locate(start),
            message:
              length > 63
                ? `the name has ${length} bytes and PostgreSQL keeps 63: it is called ${cut(name)}`
                : `the name has ${length} bytes, more than ${identifierLength}`,
            next: ["a shorter name"],
          },
        ];
      }),
    ),

  "name-pattern": ({ catalog, settings: { names } }) =>
    [...catalog.facts.values()].flatMap((fact): FoundInState[] => {
      const kind = namedKindOf(fact);
      const pattern = kind === undefined ? undefined : names[kind];
      const { name } = fact.identity;
      if (pattern === undefined || name === undefined || pattern.test(name)) return [];
      if (catalog.dependencies(fact.id).some(({ type }) => type === "inherits")) return [];
      return [
        {
          fact: fact.id,
          message: `${fact.id} is not named as dm.yaml asks: ${kind} ${pattern.source.replace(/^\^\(\?:|\)\$$/g, "")}`,
          next: [`name it so; of what is there already: -- @renamed from=${name}`],
        },
      ];
    }),
};

/** The first 63 bytes, and no half character. */
function cut(name: string): string {
  return new TextDecoder().decode(Buffer.from(name).subarray(0, 63), { stream: true });
}

const kinds: Readonly<Record<string, NamedKind>> = {
  schema: "schema",
  table: "table",
  column: "column",
  view: "view",
  "materialized view": "view",
  index: "index",
  sequence: "sequence",
  function: "function",
  procedure: "function",
  enum: "type",
  domain: "type",
  "composite type": "type",
  range: "type",
  trigger: "trigger",
  policy: "policy",
};

function namedKindOf(fact: Fact): NamedKind | undefined {
  if (!isKind(fact, "constraint")) return kinds[fact.identity.kind];
  const { type } = fact.attributes;
  return type === "primary key" ? "primary_key" : type === "foreign key" ? "foreign_key" : type;
}
