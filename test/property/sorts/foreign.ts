import { quoteIdentifier as q, quoteLiteral } from "../../../src/sql/quote.js";
import { roles } from "../names.js";
import type { Random } from "../random.js";
import { defineSort, earlier } from "./sort.js";

export function chooseOptions(random: Random): Record<string, string> {
  const names = random.chance(0.4) ? [] : random.some(["host", "Odd option", "schema_name"], 2);
  return Object.fromEntries(names.map((name) => [name, random.pick(["a", "it's", "back\\slash", ""])]));
}

export function optionsClause(options: Readonly<Record<string, string>>): string {
  const list = Object.entries(options).map(([name, value]) => `${q(name)} ${quoteLiteral(value)}`);
  return list.length === 0 ? "" : ` OPTIONS (${list.join(", ")})`;
}

/** CREATE FOREIGN DATA WRAPPER, without a handler: nothing of it can be read. */
export const wrapper = defineSort<{ options: Record<string, string> }>({
  name: "foreign data wrapper",
  kinds: ["foreign data wrapper"],
  stage: "before tables",
  global: true,
  choose: ({ random }) => ({ options: chooseOptions(random) }),
  create: ({ name, choice }) => [`CREATE FOREIGN DATA WRAPPER ${q(name)}${optionsClause(choice.options)}`],
  address: ({ name }) => `FOREIGN DATA WRAPPER ${q(name)}`,
  privileges: ["USAGE"],
  identity: ({ name }) => ({ kind: "foreign data wrapper", name }),
});

interface Server {
  wrapper: number;
  type?: string;
  version?: string;
  options: Record<string, string>;
  mappings: { role: string; options: Record<string, string> }[];
}

/** CREATE SERVER and its user mappings. */
export const foreignServer = defineSort<Server>({
  name: "foreign server",
  kinds: ["foreign server", "user mapping"],
  needs: "foreign data wrapper",
  stage: "before tables",
  global: true,
  choose: (making) => {
    const { random } = making;
    const found = random.maybe(earlier(making, "foreign data wrapper"));
    if (found === undefined) return undefined;
    return {
      wrapper: found,
      ...(random.chance(0.3) ? { type: random.pick(["x", "y'z"]) } : {}),
      ...(random.chance(0.3) ? { version: random.pick(["1", "2"]) } : {}),
      options: chooseOptions(random),
      mappings: random.chance(0.4)
        ? []
        : random.some([...roles, "public"], 2).map((role) => ({ role, options: chooseOptions(random) })),
    };
  },
  create: (part, see) => {
    const { wrapper: on, type, version, options, mappings } = part.choice;
    const made = see.part(on);
    if (made === undefined) return undefined;
    const said = [
      `CREATE SERVER ${q(part.name)}`,
      type === undefined ? "" : `TYPE ${quoteLiteral(type)}`,
      version === undefined ? "" : `VERSION ${quoteLiteral(version)}`,
      `FOREIGN DATA WRAPPER ${q(made.name)}${optionsClause(options)}`,
    ];
    return [
      said.filter((one) => one !== "").join(" "),
      ...mappings.map(
        ({ role, options: own }) =>
          `CREATE USER MAPPING FOR ${role === "public" ? "PUBLIC" : q(role)} SERVER ${q(part.name)}${optionsClause(own)}`,
      ),
    ];
  },
  address: ({ name }) => `SERVER ${q(name)}`,
  grantedAs: ({ name }) => `FOREIGN SERVER ${q(name)}`,
  privileges: ["USAGE"],
  identity: ({ name }) => ({ kind: "foreign server", name }),
});
