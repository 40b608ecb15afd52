import { thereAndBack } from "./there-and-back.js";

const table = "CREATE SCHEMA app; CREATE TABLE app.visit (city text, zip text, at date, note varchar(10))";

thereAndBack("extended statistics", [
  { name: "come and go", both: table, a: "", b: "CREATE STATISTICS app.s ON city, zip FROM app.visit" },
  {
    name: "their kinds and expressions change by replacement",
    both: table,
    a: "CREATE STATISTICS app.s (ndistinct) ON city, zip FROM app.visit; COMMENT ON STATISTICS app.s IS 'x'",
    b: "CREATE STATISTICS app.s (mcv) ON city, lower(zip) FROM app.visit; COMMENT ON STATISTICS app.s IS 'x'",
  },
  {
    name: "are the same when their columns have other places in the table",
    a: "CREATE TABLE visit (city text, zip text); CREATE STATISTICS s ON city, zip FROM visit; CREATE TABLE other ()",
    b: "CREATE TABLE visit (zip text, city text); CREATE STATISTICS s ON city, zip FROM visit",
    never: /STATISTICS/,
  },
  {
    name: "the target changes in place",
    both: `${table}; CREATE STATISTICS app.s ON city, zip FROM app.visit`,
    a: "",
    b: "ALTER STATISTICS app.s SET STATISTICS 500",
    never: /CREATE|DROP/,
  },
  {
    roles: ["dm_test_clerk"],
    name: "owner, comment and target survive a change of a column's type",
    a: `${table}; CREATE SCHEMA other;
        CREATE STATISTICS other."S 1" ON city, note FROM app.visit; ALTER STATISTICS other."S 1" SET STATISTICS 7;
        COMMENT ON STATISTICS other."S 1" IS 'mine'; ALTER STATISTICS other."S 1" OWNER TO dm_test_clerk`,
    b: `${table.replace("varchar(10)", "integer")};
        CREATE SCHEMA other;
        CREATE STATISTICS other."S 1" ON city, note FROM app.visit; ALTER STATISTICS other."S 1" SET STATISTICS 7;
        COMMENT ON STATISTICS other."S 1" IS 'mine'; ALTER STATISTICS other."S 1" OWNER TO dm_test_clerk`,
  },
]);
