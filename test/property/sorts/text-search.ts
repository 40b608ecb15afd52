import { quoteLiteral } from "../../../src/sql/quote.js";
import { defineSort, earlier, type Made, type See } from "./sort.js";

const named = (kind: string) => (part: Made<unknown>, see: See) => ({
  kind: `text search ${kind}`,
  schema: see.schema(part.schema),
  name: part.name,
});

/** CREATE TEXT SEARCH PARSER and TEMPLATE, with PostgreSQL's own functions. */
export const parser = defineSort<{ headline: boolean }>({
  name: "text search parser",
  kinds: ["text search parser"],
  stage: "before tables",
  choose: ({ random }) => ({ headline: random.chance(0.5) }),
  create: (part, see) => [
    `CREATE TEXT SEARCH PARSER ${see.name(part)} (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype${part.choice.headline ? ", HEADLINE = prsd_headline" : ""})`,
  ],
  address: (part, see) => `TEXT SEARCH PARSER ${see.name(part)}`,
  identity: named("parser"),
});

export const template = defineSort<{ form: number }>({
  name: "text search template",
  kinds: ["text search template"],
  stage: "before tables",
  choose: ({ random }) => ({ form: random.below(2) }),
  create: (part, see) => [
    `CREATE TEXT SEARCH TEMPLATE ${see.name(part)} (${part.choice.form === 0 ? "INIT = dsimple_init, " : ""}LEXIZE = dsimple_lexize)`,
  ],
  address: (part, see) => `TEXT SEARCH TEMPLATE ${see.name(part)}`,
  identity: named("template"),
});

export const dictionary = defineSort<{ template?: number; accept: boolean }>({
  name: "text search dictionary",
  kinds: ["text search dictionary"],
  stage: "before tables",
  choose: (making) => {
    const found = making.random.maybe(earlier(making, "text search template"));
    return { ...(found === undefined ? {} : { template: found }), accept: making.random.chance(0.5) };
  },
  create: (part, see) => {
    const { template, accept } = part.choice;
    const found = see.part(template);
    if (template !== undefined && found === undefined) return undefined;
    const hasInit = found === undefined || found.choice.form === 0;
    const options = accept && hasInit ? `, accept = ${quoteLiteral("false")}` : "";
    return [
      `CREATE TEXT SEARCH DICTIONARY ${see.name(part)} (TEMPLATE = ${found === undefined ? "simple" : see.name(found)}${options})`,
    ];
  },
  address: (part, see) => `TEXT SEARCH DICTIONARY ${see.name(part)}`,
  owned: true,
  identity: named("dictionary"),
});

export const configuration = defineSort<{ parser?: number; mappings: { token: string; with: number[] }[] }>({
  name: "text search configuration",
  kinds: ["text search configuration", "text search mapping"],
  stage: "before tables",
  choose: (making) => {
    const { random } = making;
    const own = random.chance(0.4) ? random.maybe(earlier(making, "text search parser")) : undefined;
    const dictionaries = earlier(making, "text search dictionary");
    return {
      ...(own === undefined ? {} : { parser: own }),
      mappings: random.some(["word", "asciiword", "email", "url", "int"], 3).map((token) => ({
        token,
        with: dictionaries.length === 0 ? [] : random.some(dictionaries, 2),
      })),
    };
  },
  create: (part, see) => {
    const own = see.part(part.choice.parser);
    if (part.choice.parser !== undefined && own === undefined) return undefined;
    const name = see.name(part);
    return [
      `CREATE TEXT SEARCH CONFIGURATION ${name} (PARSER = ${own === undefined ? '"default"' : see.name(own)})`,
      ...part.choice.mappings.map(({ token, with: list }) => {
        const made = list.flatMap((id) => see.part(id) ?? []).map((one) => see.name(one));
        return `ALTER TEXT SEARCH CONFIGURATION ${name} ADD MAPPING FOR ${token} WITH ${[...made, "simple"].join(", ")}`;
      }),
    ];
  },
  address: (part, see) => `TEXT SEARCH CONFIGURATION ${see.name(part)}`,
  owned: true,
  identity: named("configuration"),
});
