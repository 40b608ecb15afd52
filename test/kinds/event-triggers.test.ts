import { thereAndBack } from "./there-and-back.js";

const watch = `CREATE SCHEMA app; CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS
  $$BEGIN RAISE EXCEPTION 'watched'; END$$`;
const quiet = `CREATE SCHEMA app; CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS
  $$BEGIN RAISE DEBUG 'watched'; END$$`;

thereAndBack("event triggers", [
  {
    name: "are created last and dropped first",
    both: "",
    a: "",
    b: `${watch}; CREATE TABLE app.t (); CREATE VIEW app.v AS SELECT; COMMENT ON VIEW app.v IS 'x';
        CREATE EVENT TRIGGER "Watch" ON ddl_command_start EXECUTE FUNCTION app.watch()`,
  },
  {
    name: "the filter changes by replacement",
    both: quiet,
    a: `CREATE EVENT TRIGGER w ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'CREATE TABLE') EXECUTE FUNCTION app.watch();
        COMMENT ON EVENT TRIGGER w IS 'x'`,
    b: `CREATE EVENT TRIGGER w ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION app.watch();
        COMMENT ON EVENT TRIGGER w IS 'x'`,
  },
  {
    name: "every way of being enabled",
    both: `${quiet}; CREATE EVENT TRIGGER w ON sql_drop EXECUTE FUNCTION app.watch();
      CREATE EVENT TRIGGER v ON sql_drop EXECUTE FUNCTION app.watch()`,
    a: "ALTER EVENT TRIGGER w DISABLE; ALTER EVENT TRIGGER v ENABLE ALWAYS",
    b: "ALTER EVENT TRIGGER w ENABLE REPLICA",
    never: /CREATE|DROP/,
  },
]);
