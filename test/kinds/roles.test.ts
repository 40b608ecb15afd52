import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Scope } from "../../src/catalog/scope.js";
import type { Database } from "../../src/database/database.js";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { managed } from "../../src/manage/managed.js";
import { plan } from "../../src/plan/plan.js";
import { describeChanges } from "../../src/proof/prove.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";

/** Other tests' roles come and go on the same server. */
const scope: Scope = { roles: ["dm_kind_*"], settings: true };
const shared = ["roles", "settings"] as const;

const cases: readonly {
  name: string;
  since?: number;
  both?: string;
  a: string;
  b: string;
  never?: RegExp;
}[] = [
  {
    name: "every attribute changes in place",
    a: "CREATE ROLE dm_kind_a",
    b: `CREATE ROLE dm_kind_a SUPERUSER CREATEDB CREATEROLE NOINHERIT LOGIN REPLICATION BYPASSRLS CONNECTION LIMIT 5
        VALID UNTIL '2031-02-03 04:05:06+02'; COMMENT ON ROLE dm_kind_a IS 'it''s ours'`,
    never: /(CREATE|DROP) ROLE/,
  },
  {
    name: "names are quoted, and no end of validity is none",
    a: `CREATE ROLE "dm_kind_Odd ""name""; --" VALID UNTIL 'infinity'`,
    b: `CREATE ROLE "dm_kind_Odd ""name""; --" LOGIN; GRANT pg_monitor TO "dm_kind_Odd ""name""; --"`,
    never: /(CREATE|DROP) ROLE/,
  },
  {
    name: "memberships come, change and go",
    both: "CREATE ROLE dm_kind_g1; CREATE ROLE dm_kind_g2; CREATE ROLE dm_kind_m",
    a: "GRANT dm_kind_g1 TO dm_kind_m; GRANT dm_kind_g2 TO dm_kind_g1",
    b: "GRANT dm_kind_g1 TO dm_kind_m WITH ADMIN OPTION; GRANT dm_kind_g2 TO dm_kind_m",
    never: /ROLE dm/,
  },
  {
    name: "memberships have options",
    since: 16,
    both: "CREATE ROLE dm_kind_g; CREATE ROLE dm_kind_m; CREATE ROLE dm_kind_n NOINHERIT",
    a: "GRANT dm_kind_g TO dm_kind_m WITH INHERIT FALSE, SET FALSE; GRANT dm_kind_g TO dm_kind_n",
    b: "GRANT dm_kind_g TO dm_kind_m WITH ADMIN TRUE; GRANT dm_kind_g TO dm_kind_n WITH INHERIT TRUE",
    never: /REVOKE|ROLE dm/,
  },
  {
    name: "memberships have grantors",
    since: 16,
    both: "CREATE ROLE dm_kind_g; CREATE ROLE dm_kind_m; CREATE ROLE dm_kind_giver",
    a: `GRANT dm_kind_g TO dm_kind_giver WITH ADMIN TRUE;
        GRANT dm_kind_g TO dm_kind_m WITH SET FALSE GRANTED BY dm_kind_giver`,
    b: "GRANT dm_kind_g TO dm_kind_m",
  },
  {
    name: "settings of roles and of the database",
    both: "CREATE ROLE dm_kind_a",
    a: `ALTER ROLE dm_kind_a SET work_mem = '8MB'; ALTER ROLE dm_kind_a SET search_path = app, "Odd, one", "a%b";
        ALTER ROLE dm_kind_a SET app.theme = 'dark = 1'`,
    b: `ALTER ROLE dm_kind_a SET work_mem = '9MB'; ALTER ROLE dm_kind_a SET search_path = ''`,
  },
  {
    name: "an owner and a grantee come and go with their roles",
    a: "",
    b: `CREATE ROLE dm_kind_a; CREATE ROLE dm_kind_b IN ROLE dm_kind_a; CREATE SCHEMA app AUTHORIZATION dm_kind_a;
        GRANT USAGE ON SCHEMA app TO dm_kind_b; CREATE TABLE app.t (); ALTER TABLE app.t ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON app.t TO dm_kind_b USING (true)`,
  },
];

/** These name the database, whose name a test's differs. */
const ofDatabase = (name: string, value: string) => `
  ALTER DATABASE "${name}" SET "app.theme" = '${value}'; COMMENT ON DATABASE "${name}" IS '50% of ${value}'';--';
  ALTER ROLE dm_kind_a IN DATABASE "${name}" SET search_path = "$user", '${value}'`;

describe.each(eachPostgres)("roles and settings on %s", (postgres) => {
  test("go there and back", { timeout: 60_000 }, async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const [row] = await database.query<{ name: string }>("SELECT current_database()::text AS name");
      const name = row?.name ?? "";
      const all = [
        ...cases,
        {
          name: "what is said of the database",
          both: "CREATE ROLE dm_kind_a",
          a: ofDatabase(name, "d$a%rk"),
          b: ofDatabase(name, "light"),
          never: /RESET|ROLE dm_kind_a (?!IN)/,
        },
      ];
      for (const one of all) {
        if (one.since !== undefined && database.version.major < one.since) continue;
        expect({ name: one.name, problems: await journey(database, one) }).toEqual({
          name: one.name,
          problems: [],
        });
      }
    });
  });

  test("are not read unless asked for", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const catalog = await database.trial(async () => {
        await database.script("CREATE ROLE dm_kind_a; ALTER ROLE dm_kind_a SET work_mem = '8MB'");
        return introspectHere(database);
      });
      expect([...catalog.facts.values()].filter(({ id }) => id.includes("dm_kind"))).toEqual([]);
    });
  });
});

const read = async (database: Database) => managed(await introspectHere(database, { shared }), scope);

async function journey(
  database: Database,
  { both = "", a, b, never }: (typeof cases)[number],
): Promise<string[]> {
  const load = (text: string) =>
    database.trial(async () => {
      await database.script(`${both};${text}`);
      return read(database);
    });
  const [none, wantedA, wantedB] = [await database.trial(() => read(database)), await load(a), await load(b)];
  const problems: string[] = [];
  if (diff(wantedA, wantedB).length === 0) problems.push("the states do not differ");
  await database.trial(async () => {
    const go = async (from: Catalog, to: Catalog, isChange = false) => {
      const statements = plan(from, to, { major: database.version.major }).map(({ sql }) => sql.text);
      for (const statement of statements) {
        await database.script(statement).catch((error: unknown) => {
          throw new Error(statement, { cause: error });
        });
      }
      if (isChange) problems.push(...statements.filter((statement) => never?.test(statement) === true));
      problems.push(...describeChanges(diff(await read(database), to)));
    };
    await go(none, wantedA);
    await go(wantedA, wantedB, true);
    await go(wantedB, wantedA, true);
    await go(wantedA, none);
    await go(none, wantedB);
    await go(wantedB, none);
  });
  return problems;
}
