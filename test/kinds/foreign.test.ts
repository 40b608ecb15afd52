import { expect, test } from "vitest";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";
import { thereAndBack } from "./there-and-back.js";

const server = `CREATE SCHEMA app; CREATE FOREIGN DATA WRAPPER files;
  CREATE SERVER "Far" TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER files OPTIONS (host 'it''s', "Port" '5')`;
const table = (rest: string) =>
  `${server}; CREATE FOREIGN TABLE app.log (${rest}) SERVER "Far" OPTIONS (a '1', b '2')`;

thereAndBack("foreign data", [
  {
    name: "a wrapper's functions and options change in place",
    both: "",
    a: "CREATE FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator",
    b: "CREATE FOREIGN DATA WRAPPER w NO VALIDATOR OPTIONS (host 'b', port '1')",
    never: /CREATE|DROP FOREIGN/,
  },
  {
    name: "wrapper and server have owners, privileges and comments",
    roles: ["dm_test_clerk"],
    both: server,
    a: "",
    b: `GRANT USAGE ON FOREIGN DATA WRAPPER files TO dm_test_clerk WITH GRANT OPTION;
        GRANT USAGE ON FOREIGN SERVER "Far" TO dm_test_clerk; COMMENT ON SERVER "Far" IS 'x';
        COMMENT ON FOREIGN DATA WRAPPER files IS 'y'; ALTER SERVER "Far" OWNER TO dm_test_clerk`,
  },
  {
    name: "a server's version and options change in place",
    both: server,
    a: `ALTER SERVER "Far" VERSION NULL OPTIONS (DROP "Port")`,
    b: `ALTER SERVER "Far" VERSION '2' OPTIONS (SET host 'b', ADD dbname 'c')`,
    never: /CREATE|DROP SERVER/,
  },
  {
    name: "a server of another type is replaced with all that hangs on it",
    roles: ["dm_test_clerk"],
    a: `${table("id int")}; CREATE USER MAPPING FOR dm_test_clerk SERVER "Far" OPTIONS (user 'me')`,
    b: `${table("id int").replace("TYPE 'x'", "TYPE 'y'")}; CREATE USER MAPPING FOR dm_test_clerk SERVER "Far" OPTIONS (user 'me')`,
  },
  {
    name: "user mappings",
    roles: ["dm_test_clerk"],
    both: server,
    a: `CREATE USER MAPPING FOR PUBLIC SERVER "Far"; CREATE USER MAPPING FOR dm_test_clerk SERVER "Far" OPTIONS (user 'a')`,
    b: `CREATE USER MAPPING FOR dm_test_clerk SERVER "Far" OPTIONS (user 'b', password_required 'false')`,
    never: /DROP USER MAPPING FOR dm_test_clerk/,
  },
  {
    name: "a foreign table's options and columns change in place",
    a: `${table("id int OPTIONS (n 'x') NOT NULL, note varchar(9) DEFAULT 'a', gone int, CONSTRAINT c CHECK (id > 0)")}`,
    b: `${table("id bigint OPTIONS (n 'y', m 'z') DEFAULT 5, note text COLLATE \"C\", come int").replace("b '2'", "b '3'")};
        ALTER FOREIGN TABLE app.log ALTER note SET STATISTICS 5, ALTER note SET STORAGE EXTERNAL,
          ALTER note SET (n_distinct = 3);
        COMMENT ON FOREIGN TABLE app.log IS 'x'; COMMENT ON COLUMN app.log.note IS 'y'`,
    never: /CREATE FOREIGN|DROP FOREIGN/,
  },
  {
    name: "a foreign table with what hangs on it",
    roles: ["dm_test_clerk"],
    both: "",
    a: "",
    b: `${table("id int, twice int GENERATED ALWAYS AS (id * 2) STORED, note text DEFAULT 'a' NOT NULL")};
        ALTER FOREIGN TABLE app.log ALTER note SET STATISTICS 5;
        CREATE VIEW app.v AS SELECT id FROM app.log;
        GRANT SELECT ON app.log TO dm_test_clerk; GRANT UPDATE (note) ON app.log TO dm_test_clerk;
        ALTER FOREIGN TABLE app.log OWNER TO dm_test_clerk`,
  },
  {
    name: "a view on a column whose type changes",
    a: `${table("id int")}; CREATE VIEW app.v AS SELECT id FROM app.log`,
    b: `${table("id bigint")}; CREATE VIEW app.v AS SELECT id FROM app.log`,
    never: /FOREIGN TABLE app.log (SERVER|\()/,
  },
]);

test.each(eachPostgres)("a password is in no fact and in no statement, on %s", async (postgres) => {
  await withTemporaryDatabase(postgres, (database) =>
    database.trial(async () => {
      await database.script(server);
      const before = await introspectHere(database);
      const mapping = "CREATE USER MAPPING FOR PUBLIC SERVER \"Far\" OPTIONS (user 'me', password 'hunter2')";
      await database.script(mapping);
      const after = await introspectHere(database);
      expect(JSON.stringify([...after.facts.values()])).not.toContain("hunter2");
      expect(plan(after, before).map(({ sql }) => sql.text)).toEqual([
        'DROP USER MAPPING FOR PUBLIC SERVER "Far"',
      ]);
      expect(() => plan(before, after)).toThrow(/never reads in clear: password/);

      await database.script("ALTER USER MAPPING FOR PUBLIC SERVER \"Far\" OPTIONS (SET user 'you')");
      const other = await introspectHere(database);
      const [statement] = plan(after, other).map(({ sql }) => sql.text);
      expect(statement).toBe(`ALTER USER MAPPING FOR PUBLIC SERVER "Far" OPTIONS (SET "user" 'you')`);

      await database.script("ALTER USER MAPPING FOR PUBLIC SERVER \"Far\" OPTIONS (SET password 'hunter3')");
      expect((await introspectHere(database)).fingerprint).not.toBe(other.fingerprint);
    }),
  );
});
