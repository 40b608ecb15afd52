import { quoteIdentifier as q, quoteLiteral } from "../../../src/sql/quote.js";
import { roles } from "../names.js";
import { defineSort } from "./sort.js";

interface Subscription {
  host: string;
  publications: string[];
  slot?: string;
  options: string[];
  owner?: string;
}

/** Options, with what they are and the first version that has them. */
const options: readonly { sql: string; since: number }[] = [
  { sql: "binary = true", since: 14 },
  { sql: "streaming = true", since: 14 },
  { sql: "synchronous_commit = local", since: 14 },
  { sql: "two_phase = true", since: 15 },
  { sql: "disable_on_error = true", since: 15 },
  { sql: "origin = none", since: 16 },
  { sql: "password_required = false", since: 16 },
  { sql: "run_as_owner = true", since: 16 },
  { sql: "failover = true", since: 17 },
];

/** CREATE SUBSCRIPTION that connects to no one. */
export const subscription = defineSort<Subscription>({
  name: "subscription",
  kinds: ["subscription"],
  stage: "after tables",
  global: true,
  serverOnly: true,
  choose: ({ random, generator, state }) => ({
    host: random.pick(["nowhere", "else where", "it's"]),
    publications: Array.from({ length: 1 + random.below(2) }, () => generator.freshName()),
    slot: random.pick(["NONE", "one_slot", "other_slot"]),
    options: random.chance(0.4)
      ? []
      : random
          .some(
            options.filter(({ since }) => since <= state.major),
            3,
          )
          .map(({ sql }) => sql),
    // Up to version 15 a superuser only may own one.
    ...(state.major >= 16 && random.chance(0.3) ? { owner: random.pick(roles) } : {}),
  }),
  create: ({ name, choice }) => {
    const connection = `host='${choice.host.replaceAll("'", "\\'")}' dbname=x`;
    const given = ["connect = false", `slot_name = ${choice.slot ?? "NONE"}`, ...choice.options];
    return [
      `CREATE SUBSCRIPTION ${q(name)} CONNECTION ${quoteLiteral(connection)} PUBLICATION ${choice.publications.map(q).join(", ")} WITH (${given.join(", ")})`,
      ...(choice.owner === undefined ? [] : [`ALTER SUBSCRIPTION ${q(name)} OWNER TO ${q(choice.owner)}`]),
    ];
  },
  address: ({ name }) => `SUBSCRIPTION ${q(name)}`,
  identity: ({ name }) => ({ kind: "subscription", name }),
});
