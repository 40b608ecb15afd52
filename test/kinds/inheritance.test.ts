import { type StatePair, thereAndBack } from "./there-and-back.js";

const animal = "CREATE TABLE animal (id int NOT NULL, name text DEFAULT 'x')";
const cat = "CREATE TABLE cat (lives int) INHERITS (animal)";

const pairs: readonly StatePair[] = [
  { name: "an inheriting table comes and goes", a: animal, b: `${animal}; ${cat}` },
  {
    name: "INHERIT is added and removed, never by a new table",
    a: `${animal}; CREATE TABLE cat (id int NOT NULL, name text DEFAULT 'x', lives int)`,
    b: `${animal}; CREATE TABLE cat (id int NOT NULL, name text DEFAULT 'x', lives int); ALTER TABLE cat INHERIT animal`,
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "a second parent",
    both: "CREATE TABLE pet (id int NOT NULL, owner text)",
    a: `${animal}; CREATE TABLE cat (lives int) INHERITS (animal, pet)`,
    b: `${animal}; CREATE TABLE cat (lives int, owner text) INHERITS (animal)`,
    never: /(CREATE|DROP) (TABLE|COLUMN)/,
  },
  {
    name: "the order of the parents",
    both: "CREATE TABLE pet (id int NOT NULL, owner text)",
    a: `${animal}; CREATE TABLE cat (lives int) INHERITS (animal, pet)`,
    b: `${animal}; CREATE TABLE cat (id int NOT NULL, name text DEFAULT 'x', owner text, lives int); ALTER TABLE cat INHERIT pet; ALTER TABLE cat INHERIT animal`,
    never: /(CREATE|DROP) (TABLE|COLUMN)/,
  },
  {
    name: "columns and checks come, change and go with the parent's",
    a: `${animal}; ${cat}`,
    b: `CREATE TABLE animal (id bigint NOT NULL, name text DEFAULT 'y', born date, CHECK (id > 0), CONSTRAINT alone CHECK (born > '1900-01-01') NO INHERIT); ${cat}`,
  },
  {
    name: "a column stays when the parent's goes",
    a: `${animal}; CREATE TABLE cat (name text, lives int) INHERITS (animal)`,
    b: "CREATE TABLE animal (id int NOT NULL); CREATE TABLE cat (name text DEFAULT 'x', lives int) INHERITS (animal)",
    never: /TABLE (ONLY )?public\.cat (DROP|ADD) COLUMN/,
  },
  {
    name: "overrides",
    a: `${animal}; ${cat}`,
    b: `${animal}; ${cat}; ALTER TABLE cat ALTER name SET DEFAULT 'tom'; ALTER TABLE cat ALTER name SET NOT NULL; ALTER TABLE ONLY animal ALTER name SET STATISTICS 3;
      COMMENT ON COLUMN cat.name IS 'n'; CREATE INDEX i ON cat (name); CREATE INDEX j ON animal (name)`,
  },
  {
    name: "NOT NULL has a name of its own below when the parent's name or type changes",
    since: 18,
    a: "CREATE TABLE animal (id int CONSTRAINT one NOT NULL, code text CONSTRAINT two NOT NULL); CREATE TABLE cat (id int CONSTRAINT three NOT NULL, code text CONSTRAINT four NOT NULL) INHERITS (animal)",
    b: "CREATE TABLE animal (id bigint CONSTRAINT one NOT NULL, code text CONSTRAINT five NOT NULL); CREATE TABLE cat (id bigint CONSTRAINT three NOT NULL, code text CONSTRAINT four NOT NULL) INHERITS (animal)",
    never: /DROP NOT NULL|SET NOT NULL|DROP COLUMN/,
  },
  {
    name: "a partitioned table becomes an heir that has a check of the parent's",
    a: `${animal}; ALTER TABLE animal ADD CONSTRAINT k CHECK (id > 0) NOT VALID; CREATE TABLE cat (id int NOT NULL, name text DEFAULT 'x') PARTITION BY LIST (name)`,
    b: `${animal}; ALTER TABLE animal ADD CONSTRAINT k CHECK (id > 0) NOT VALID; CREATE TABLE cat () INHERITS (animal)`,
  },
  {
    name: "storage and compression outlive a change of the parent's type",
    a: `CREATE TABLE animal (name varchar(20)); ${cat}; ALTER TABLE cat ALTER name SET STORAGE EXTERNAL; ALTER TABLE cat ALTER name SET COMPRESSION pglz`,
    b: `CREATE TABLE animal (name text); ${cat}; ALTER TABLE cat ALTER name SET STORAGE EXTERNAL; ALTER TABLE cat ALTER name SET COMPRESSION pglz`,
  },
  {
    name: "grandchildren",
    a: `${animal}; ${cat}; CREATE TABLE lion (mane text) INHERITS (cat)`,
    b: `${animal}; ALTER TABLE animal ADD weight numeric DEFAULT 0, ADD CHECK (weight >= 0); ${cat}; ALTER TABLE cat ALTER lives TYPE bigint; CREATE TABLE lion (mane text) INHERITS (cat);
      ALTER TABLE lion ALTER weight DROP DEFAULT; CREATE VIEW v AS SELECT weight, lives FROM lion`,
  },
  {
    name: "generated columns, inherited and own",
    a: "CREATE TABLE square (side int, area int GENERATED ALWAYS AS (side * side) STORED)",
    b: `CREATE TABLE square (side int, area int GENERATED ALWAYS AS (side * side) STORED, CHECK (side > 0));
      CREATE TABLE cube (volume int GENERATED ALWAYS AS (side * side * side) STORED) INHERITS (square);
      CREATE TABLE tile () INHERITS (square); COMMENT ON COLUMN tile.area IS 'floor'`,
  },
  {
    name: "inherited columns only",
    a: animal,
    b: `${animal}; CREATE TABLE dog () INHERITS (animal)`,
  },
];

thereAndBack("inheritance", pairs);

const point = "CREATE TYPE point2 AS (x int, y int)";

thereAndBack("typed tables", [
  {
    name: "a typed table comes and goes",
    a: point,
    b: `${point}; CREATE TABLE p OF point2 (PRIMARY KEY (x)); CREATE TABLE q OF point2`,
  },
  {
    name: "attributes of a table's type come in the middle, and lose their place",
    a: "CREATE TYPE point2 AS (x int, y text); CREATE TABLE p OF point2; CREATE INDEX i ON p (y)",
    b: "CREATE TYPE point2 AS (z int, x int, y int); CREATE TABLE p OF point2; CREATE INDEX i ON p (y)",
  },
  {
    name: "a constraint of a table with a type has another name",
    a: `${point}; CREATE TABLE p OF point2 (CONSTRAINT one CHECK (x > 0), CONSTRAINT u UNIQUE (x))`,
    b: `${point}; CREATE TABLE p OF point2 (CONSTRAINT two CHECK (x > 0), CONSTRAINT v UNIQUE (x))`,
  },
  {
    name: "an attribute goes with the columns of tables that inherit from those of the type",
    a: "CREATE TYPE point2 AS (x int, y text); CREATE TABLE p OF point2; CREATE TABLE q (z int) INHERITS (p); CREATE POLICY o ON q USING (y > '')",
    b: "CREATE TYPE point2 AS (x int); CREATE TABLE p OF point2; CREATE TABLE q (z int) INHERITS (p)",
  },
  {
    name: "a column of a table that no longer inherits from one of a type goes when the attribute goes",
    a: `${point}; CREATE TABLE p OF point2; CREATE TABLE q (z int) INHERITS (p)`,
    b: "CREATE TYPE point2 AS (x int); CREATE TABLE p OF point2; CREATE TABLE q (x int, z int)",
  },
  {
    name: "OF is added and removed, never by a new table",
    a: `${point}; CREATE TABLE p (x int, y int)`,
    b: `${point}; CREATE TABLE p OF point2`,
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "attributes come, change and go with the type's",
    a: `${point}; CREATE TABLE p OF point2 (x WITH OPTIONS NOT NULL DEFAULT 1, UNIQUE (x, y)); CREATE VIEW v AS SELECT y FROM p`,
    b: `CREATE TYPE point2 AS (x int, y bigint, z int); CREATE TABLE p OF point2 (x WITH OPTIONS NOT NULL DEFAULT 2, UNIQUE (x, y)); CREATE VIEW v AS SELECT y FROM p;
      ALTER TABLE p ALTER z SET STATISTICS 5`,
    never: /TABLE public\.p (ADD|DROP) COLUMN/,
  },
]);
