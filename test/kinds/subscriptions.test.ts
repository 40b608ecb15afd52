import { expect, test } from "vitest";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";
import { thereAndBack } from "./there-and-back.js";

// PGlite has no walreceiver library, which CREATE SUBSCRIPTION loads.
const onServers = eachPostgres.filter((postgres) => postgres !== "pglite");

const create = (publications: string, options = "") =>
  `CREATE SUBSCRIPTION "S 1" CONNECTION 'host=nowhere dbname=x' PUBLICATION ${publications} WITH (connect = false${options})`;

thereAndBack(
  "subscriptions",
  [
    {
      name: "come and go without a word to the publisher",
      roles: ["dm_test_clerk"],
      a: "",
      b: `${create("a, b", ", binary = true")}; COMMENT ON SUBSCRIPTION "S 1" IS 'x';
        ALTER SUBSCRIPTION "S 1" OWNER TO dm_test_clerk`,
    },
    {
      name: "connection, publications, slot and options change in place",
      a: create("a, b", ", slot_name = one, streaming = true, synchronous_commit = local"),
      b: `${create('b, "C"', ", slot_name = other")}; ALTER SUBSCRIPTION "S 1" CONNECTION 'host=elsewhere'`,
      never: /CREATE|DROP/,
    },
    {
      name: "what has to agree with the slot is replaced",
      since: 15,
      a: create("a"),
      b: create("a", ", two_phase = true, disable_on_error = true"),
    },
    {
      name: "failover, who runs it and where its rows are from",
      since: 17,
      a: create("a", ", failover = true, origin = none"),
      b: create("a", ", failover = false, run_as_owner = true, password_required = false"),
    },
  ],
  onServers,
);

const passwords = [
  "host=h password=hunter2 dbname=d",
  "host=h password = ''hunt er2''",
  "postgres://me:hunter2@h/d",
];

test.each(onServers)("a password is in no fact and in no statement, on %s", async (postgres) => {
  await withTemporaryDatabase(postgres, async (database) => {
    for (const text of passwords) {
      await database.trial(async () => {
        const before = await introspectHere(database);
        await database.script(
          `CREATE SUBSCRIPTION s CONNECTION '${text}' PUBLICATION p WITH (connect = false)`,
        );
        const after = await introspectHere(database);
        expect(JSON.stringify([...after.facts.values()])).not.toMatch(/hunt|er2/);
        expect(plan(after, before).map(({ sql }) => sql.text)).toContain("DROP SUBSCRIPTION s");
        expect(() => plan(before, after)).toThrow("the connection string of subscription s is a secret");
      });
    }
  });
});

test.each(onServers)("who may not read connection strings can read the rest, on %s", async (postgres) => {
  await withTemporaryDatabase(postgres, (database) =>
    database.trial(async () => {
      await database.script(`${create("a")}; CREATE ROLE dm_test_reader; SET ROLE dm_test_reader`);
      const [fact] = (await introspectHere(database)).ofKind("subscription");
      expect(fact?.attributes).toMatchObject({ connection: null, secret: null, publications: ["a"] });
      await database.script("RESET ROLE");
    }),
  );
});

test.each(onServers.filter((major) => Number(major) >= 16))(
  "the connection changes of one whose owner is no superuser, on %s",
  async (postgres) => {
    await withTemporaryDatabase(postgres, async (database) => {
      const state = (host: string) => `CREATE ROLE dm_test_plain;
        ${create("a").replace("nowhere", host)}; ALTER SUBSCRIPTION "S 1" OWNER TO dm_test_plain`;
      const wanted = await database.trial(async () => {
        await database.script(state("elsewhere"));
        return introspectHere(database);
      });
      await database.trial(async () => {
        await database.script(state("nowhere"));
        for (const { sql } of plan(await introspectHere(database), wanted)) await database.script(sql.text);
        expect((await introspectHere(database)).fingerprint).toBe(wanted.fingerprint);
      });
    });
  },
);
