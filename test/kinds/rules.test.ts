import { thereAndBack } from "./there-and-back.js";

const tables = `CREATE SCHEMA app;
  CREATE TABLE app.one (id int, note text); CREATE TABLE app.two (id int, note text);
  CREATE VIEW app.all_of_one AS SELECT id, note FROM app.one`;
const logged =
  "CREATE RULE log AS ON UPDATE TO app.one DO ALSO INSERT INTO app.two VALUES (new.id, old.note)";

thereAndBack("rules", [
  { name: "a rule comes and goes", both: tables, a: "", b: logged },
  {
    name: "a rule's actions change in place, and it stays disabled",
    both: tables,
    a: `${logged}; ALTER TABLE app.one DISABLE RULE log; COMMENT ON RULE log ON app.one IS 'kept'`,
    b: `CREATE RULE log AS ON UPDATE TO app.one WHERE old.id > 5 DO INSTEAD NOTHING;
        ALTER TABLE app.one DISABLE RULE log; COMMENT ON RULE log ON app.one IS 'kept'`,
    never: /DROP|COMMENT/,
  },
  {
    name: "every way of being enabled",
    both: `${tables}; ${logged}`,
    a: "ALTER TABLE app.one ENABLE REPLICA RULE log",
    b: "ALTER TABLE app.one ENABLE ALWAYS RULE log",
    never: /CREATE|DROP/,
  },
  {
    name: "rules that write to each other's tables",
    a: "",
    b: `${tables}; CREATE RULE there AS ON INSERT TO app.one DO ALSO DELETE FROM app.two;
        CREATE RULE back AS ON INSERT TO app.two DO ALSO DELETE FROM app.one`,
  },
  {
    name: "a rule on a view that is replaced comes back",
    a: `CREATE SCHEMA app; CREATE TABLE app.one (id int, note text); CREATE VIEW app.v AS SELECT id, note FROM app.one;
        CREATE RULE "Put It" AS ON INSERT TO app.v DO INSTEAD INSERT INTO app.one VALUES (new.id, new.note);
        COMMENT ON RULE "Put It" ON app.v IS 'writes through'`,
    b: `CREATE SCHEMA app; CREATE TABLE app.one (id bigint, note text); CREATE VIEW app.v AS SELECT id, note FROM app.one;
        CREATE RULE "Put It" AS ON INSERT TO app.v DO INSTEAD INSERT INTO app.one VALUES (new.id, new.note);
        COMMENT ON RULE "Put It" ON app.v IS 'writes through'`,
  },
]);
