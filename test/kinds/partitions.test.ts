import { type StatePair, thereAndBack } from "./there-and-back.js";

const measurement =
  "CREATE TABLE m (id int NOT NULL, at date NOT NULL, v int DEFAULT 1) PARTITION BY RANGE (at)";
const y24 = "CREATE TABLE m_24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')";
const y25 = "CREATE TABLE m_25 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')";
const whole = `${measurement}; ${y24}; ${y25}`;
const named = `CREATE INDEX mine ON m_24 (v); CREATE INDEX i ON m (v); COMMENT ON INDEX mine IS 'of this one';
  ALTER TABLE m_25 ADD CONSTRAINT own UNIQUE (at, v); ALTER TABLE m ADD UNIQUE (at, v)`;

const room = "(room int4range, during daterange, guest text)";
const withoutOverlaps = `CREATE TABLE stay ${room} PARTITION BY LIST (room);
  CREATE TABLE stay_own ${room}; ALTER TABLE stay_own ADD CONSTRAINT mine PRIMARY KEY (room, during WITHOUT OVERLAPS)`;
const parted = `CREATE TABLE stay ${room} PARTITION BY LIST (room);
  CREATE TABLE stay_1 PARTITION OF stay FOR VALUES IN ('[1,2)') PARTITION BY LIST (room);
  CREATE TABLE stay_11 PARTITION OF stay_1 FOR VALUES IN ('[1,2)')`;

const pairs: readonly StatePair[] = [
  {
    name: "a table with a key WITHOUT OVERLAPS of its own is attached and detached, its key under the same name",
    since: 18,
    a: `${withoutOverlaps}; ALTER TABLE stay ADD PRIMARY KEY (room, during WITHOUT OVERLAPS)`,
    b: `${withoutOverlaps}; ALTER TABLE stay_own DROP CONSTRAINT mine;
      ALTER TABLE stay ADD PRIMARY KEY (room, during WITHOUT OVERLAPS);
      ALTER TABLE stay ATTACH PARTITION stay_own FOR VALUES IN ('[1,2)');
      ALTER TABLE stay_own RENAME CONSTRAINT stay_own_pkey TO mine`,
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "a partition's key becomes that of the partitioned table, all the way down, under names of their own",
    since: 18,
    a: `${parted}; ALTER TABLE stay_11 ADD CONSTRAINT "It's 1" UNIQUE (room, during WITHOUT OVERLAPS) INCLUDE (guest)`,
    b: `${parted}; ALTER TABLE stay ADD CONSTRAINT above UNIQUE (room, during WITHOUT OVERLAPS) INCLUDE (guest);
      ALTER TABLE stay_1 RENAME CONSTRAINT stay_1_room_during_guest_excl TO "It's";
      ALTER TABLE stay_11 RENAME CONSTRAINT stay_11_room_during_guest_excl TO "It's 1"`,
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "a table with a foreign key that is enforced otherwise than the partitioned table's is attached",
    since: 18,
    both: "CREATE TABLE guest (id int PRIMARY KEY)",
    a: `CREATE TABLE s (id int) PARTITION BY LIST (id); ALTER TABLE s ADD FOREIGN KEY (id) REFERENCES guest NOT ENFORCED;
      CREATE TABLE s_1 (id int REFERENCES guest ON DELETE CASCADE)`,
    b: `CREATE TABLE s (id int) PARTITION BY LIST (id); ALTER TABLE s ADD FOREIGN KEY (id) REFERENCES guest NOT ENFORCED;
      CREATE TABLE s_1 PARTITION OF s FOR VALUES IN (1);
      ALTER TABLE s_1 ADD CONSTRAINT s_1_id_fkey FOREIGN KEY (id) REFERENCES guest ON DELETE CASCADE`,
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "exclusion constraints of partitioned tables",
    since: 17,
    a: `CREATE TABLE e ${room} PARTITION BY LIST (room); CREATE TABLE e_1 ${room};
      ALTER TABLE e_1 ADD CONSTRAINT one EXCLUDE USING gist (room WITH =, during WITH &&)`,
    b: `CREATE TABLE e ${room} PARTITION BY LIST (room); CREATE TABLE e_1 PARTITION OF e FOR VALUES IN ('[1,2)');
      ALTER TABLE e ADD CONSTRAINT every EXCLUDE USING gist (room WITH =, during WITH &&)`,
  },
  { name: "a partition comes and goes", a: `${measurement}; ${y24}`, b: whole },
  {
    name: "a default partition, lists, hashes",
    a: `CREATE TABLE l (a int, b text) PARTITION BY LIST (b); CREATE TABLE l_a PARTITION OF l FOR VALUES IN ('a', NULL);
      CREATE TABLE l_d PARTITION OF l DEFAULT`,
    b: `CREATE TABLE h (a int, b text) PARTITION BY HASH (a, lower(b)); CREATE TABLE h_0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE h_1 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 1)`,
  },
  {
    name: "a bound moves",
    a: whole,
    b: `${measurement}; CREATE TABLE m_24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2024-07-01'); ${y25}`,
  },
  {
    name: "a table is attached and detached, never dropped",
    a: `${measurement}; CREATE TABLE m_24 (id int NOT NULL, at date NOT NULL, v int DEFAULT 1)`,
    b: `${measurement}; ${y24}`,
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "partitions of partitions",
    a: `${measurement}; ${y24}`,
    b: `${measurement}; ${y24}; CREATE TABLE m_25 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
      CREATE TABLE m_25_1 PARTITION OF m_25 FOR VALUES IN (1); CREATE TABLE m_25_d PARTITION OF m_25 DEFAULT;
      CREATE INDEX i ON m (v); ALTER TABLE m ADD PRIMARY KEY (at, id)`,
  },
  {
    name: "columns come, change and go with their parent's",
    a: whole,
    b: `${whole}; ALTER TABLE m ADD COLUMN w text NOT NULL DEFAULT 'x'; ALTER TABLE m ALTER v TYPE bigint; ALTER TABLE m ALTER id DROP NOT NULL`,
    never: /ALTER TABLE (ONLY )?public\.m_2[45] (ADD COLUMN|DROP COLUMN|ALTER COLUMN \w+ (TYPE|DROP NOT))/,
  },
  {
    name: "overrides of partitions",
    a: whole,
    b: `${whole}; ALTER TABLE m ALTER v SET DEFAULT 7; ALTER TABLE m_25 ALTER v SET DEFAULT 8; ALTER TABLE m_24 ALTER v DROP DEFAULT;
      ALTER TABLE m_24 ALTER v SET NOT NULL; ALTER TABLE m_25 ALTER v SET STATISTICS 77; ALTER TABLE ONLY m ALTER id SET STATISTICS 5;
      ALTER TABLE m_25 ADD CHECK (v > 0); CREATE INDEX own ON m_25 (v); ALTER TABLE m_24 SET (fillfactor = 70);
      COMMENT ON COLUMN m_24.v IS 'v'; COMMENT ON TABLE m_24 IS 't'`,
  },
  {
    name: "a new column with a statistics target, which its partitions' have not",
    a: whole,
    b: `${whole}; ALTER TABLE m ADD w int; ALTER TABLE ONLY m ALTER w SET STATISTICS 500; ALTER TABLE m_25 ALTER w SET STATISTICS 7`,
  },
  {
    name: "a new column with overrides",
    a: whole,
    b: `${whole}; ALTER TABLE m ADD COLUMN w text DEFAULT 'x'; ALTER TABLE m_24 ALTER w DROP DEFAULT; ALTER TABLE m_25 ALTER w SET DEFAULT 'y';
      ALTER TABLE m_25 ALTER w SET STORAGE external; ALTER TABLE m_24 ALTER w SET STATISTICS 9; COMMENT ON COLUMN m_25.w IS 'w'`,
  },
  {
    name: "constraints of the parent",
    both: "CREATE TABLE r (id int PRIMARY KEY)",
    a: whole,
    b: `${whole}; ALTER TABLE m ADD PRIMARY KEY (id, at); ALTER TABLE m ADD CONSTRAINT u UNIQUE (at, v); ALTER TABLE m ADD CHECK (v > 0);
      ALTER TABLE m ADD FOREIGN KEY (id) REFERENCES r ON DELETE CASCADE`,
  },
  {
    name: "constraints of a new partition",
    both: `CREATE TABLE r (id int PRIMARY KEY); ${measurement}; ALTER TABLE m ADD PRIMARY KEY (id, at); ALTER TABLE m ADD CHECK (v > 0);
      ALTER TABLE m ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES r; CREATE INDEX i ON m (v, at)`,
    a: y24,
    b: y25,
  },
  {
    name: "constraints change in place below",
    both: "CREATE TABLE r (id int PRIMARY KEY)",
    a: `${whole}; ALTER TABLE m ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES r; ALTER TABLE m ADD CONSTRAINT c CHECK (v > 0)`,
    b: `${whole}; ALTER TABLE m ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES r ON DELETE CASCADE; ALTER TABLE m ADD CONSTRAINT c CHECK (v > 1)`,
  },
  {
    name: "indexes of the parent, with names of partitions' own",
    a: whole,
    b: `${whole}; CREATE INDEX mine ON m_24 (v, at); CREATE INDEX i ON m (v, at); CREATE UNIQUE INDEX u ON m (at, id) WITH (fillfactor = 60)`,
  },
  {
    name: "an index that a partition had before",
    both: `${whole}; CREATE INDEX mine ON m_24 (v, at)`,
    a: "CREATE TABLE other (a int)",
    b: "CREATE INDEX i ON m (v, at)",
  },
  {
    name: "of two indexes of a partition the parent has the one that it had",
    a: `${whole}; CREATE INDEX b_own ON m_24 (v DESC); CREATE INDEX m_v ON m (v); CREATE INDEX a_new ON m_24 (v); CREATE INDEX m_25_v ON m_25 (v)`,
    b: `${whole}; CREATE INDEX b_own ON m_24 (v DESC); CREATE INDEX m_v ON m (v)`,
  },
  {
    name: "a new partition's index becomes a part of one that stands, not its key, which is alike",
    a: `${whole}; CREATE UNIQUE INDEX i ON m (at DESC)`,
    b: `${whole}; CREATE UNIQUE INDEX i ON m (at DESC); ALTER TABLE m ADD CONSTRAINT k PRIMARY KEY (at);
      CREATE TABLE m_26 PARTITION OF m FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
  },
  {
    name: "a partition that is partitioned another way, with an index like one of its new partition",
    a: `${measurement}; CREATE TABLE m_d PARTITION OF m DEFAULT PARTITION BY LIST (id); CREATE INDEX i ON m_d (v)`,
    b: `${measurement}; CREATE TABLE m_d PARTITION OF m DEFAULT PARTITION BY HASH (id); CREATE TABLE m_d_0 PARTITION OF m_d FOR VALUES WITH (MODULUS 1, REMAINDER 0);
      CREATE INDEX i ON m_d (v); CREATE INDEX own ON m_d_0 (v)`,
  },
  {
    name: "a partitioned table's index has another fill factor, which its partitions' have not",
    a: `${whole}; CREATE INDEX m_v ON m (v)`,
    b: `${whole}; CREATE INDEX m_v ON m (v) WITH (fillfactor = 70); ALTER INDEX m_24_v_idx RESET (fillfactor)`,
  },
  {
    name: "an index that some partitions lack gets more of them",
    a: `${whole}; CREATE INDEX i ON ONLY m (v); CREATE INDEX i24 ON m_24 (v); CREATE INDEX i25 ON m_25 (v); ALTER INDEX i ATTACH PARTITION i24;
      COMMENT ON INDEX i IS 'part'`,
    b: `${whole}; CREATE INDEX i ON m (v); ALTER INDEX m_24_v_idx RENAME TO i24; ALTER INDEX m_25_v_idx RENAME TO i25`,
  },
  {
    name: "an index that all partitions lack, and one of partitions of partitions",
    a: `${measurement}; CREATE TABLE m_24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (id);
      CREATE TABLE m_24_1 PARTITION OF m_24 FOR VALUES IN (1); CREATE TABLE m_24_2 PARTITION OF m_24 FOR VALUES IN (2); ${y25};
      CREATE INDEX i ON ONLY m (v); CREATE INDEX i24 ON ONLY m_24 (v); CREATE INDEX i241 ON m_24_1 (v);
      ALTER INDEX i24 ATTACH PARTITION i241; ALTER INDEX i ATTACH PARTITION i24`,
    b: `${whole}; CREATE INDEX i ON ONLY m (v) WHERE v > 0`,
  },
  {
    name: "a foreign key to a partitioned table",
    a: `${whole}; ALTER TABLE m ADD PRIMARY KEY (id, at)`,
    b: `${whole}; ALTER TABLE m ADD PRIMARY KEY (id, at); CREATE TABLE f (id int, at date, FOREIGN KEY (id, at) REFERENCES m)`,
  },
  {
    name: "a foreign key to the same partitioned table",
    a: measurement,
    b: `${measurement}; ALTER TABLE m ADD up int, ADD up_at date, ADD PRIMARY KEY (id, at), ADD FOREIGN KEY (up, up_at) REFERENCES m; ${y24}; ${y25}`,
  },
  {
    name: "triggers are cloned, with states of their own",
    both: "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    a: whole,
    b: `${whole}; CREATE TRIGGER g BEFORE INSERT ON m FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE m_25 DISABLE TRIGGER g`,
  },
  {
    name: "a trigger of the parent's on a new partition",
    both: `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; ${measurement};
      CREATE TRIGGER g BEFORE INSERT ON m FOR EACH ROW EXECUTE FUNCTION f()`,
    a: y24,
    b: `${y25}; ALTER TABLE m_25 ENABLE ALWAYS TRIGGER g`,
  },
  {
    name: "a partition moves to another table, whose trigger of the same name does something else",
    both: `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; ${measurement}; CREATE TABLE n (LIKE m) PARTITION BY RANGE (at);
      CREATE TRIGGER g BEFORE INSERT ON m FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER g AFTER UPDATE ON n FOR EACH ROW EXECUTE FUNCTION f()`,
    a: y24,
    b: `CREATE TABLE m_24 PARTITION OF n (v DEFAULT 1) FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); ALTER TABLE m_24 DISABLE TRIGGER g`,
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "a table with a trigger becomes a partition of a table with one of that name",
    both: `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; ${measurement};
      CREATE TRIGGER g BEFORE INSERT ON m FOR EACH ROW EXECUTE FUNCTION f()`,
    a: "CREATE TABLE m_24 (id int NOT NULL, at date NOT NULL, v int DEFAULT 1); CREATE TRIGGER g BEFORE INSERT ON m_24 FOR EACH ROW EXECUTE FUNCTION f()",
    b: "CREATE TABLE m_24 (id int NOT NULL, at date NOT NULL, v int DEFAULT 1); ALTER TABLE m ATTACH PARTITION m_24 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "a table becomes a partition of one that its rule names, and both are replaced",
    a: "CREATE TABLE m (id int); CREATE TABLE m_24 (id int); CREATE RULE r AS ON DELETE TO m_24 DO NOTIFY changed",
    b: "CREATE TABLE m (id int) PARTITION BY LIST (id); CREATE TABLE m_24 PARTITION OF m DEFAULT PARTITION BY LIST (id); CREATE RULE r AS ON DELETE TO m_24 DO DELETE FROM m",
  },
  {
    name: "another table takes the place of a partition under a view",
    both: measurement,
    a: `${y24}; CREATE VIEW w AS SELECT v FROM m_24`,
    b: "CREATE TABLE a_24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2024-07-01'); CREATE VIEW w AS SELECT v FROM a_24",
  },
  {
    name: "a partition leaves while a column changes that is NOT NULL there, and only for new rows above",
    since: 18,
    a: "CREATE TABLE m (id int, at int) PARTITION BY LIST (at); ALTER TABLE m ADD CONSTRAINT k NOT NULL id NOT VALID; CREATE TABLE p (id int NOT NULL, at int); ALTER TABLE m ATTACH PARTITION p DEFAULT",
    b: "CREATE TABLE m (id bigint, at int) PARTITION BY LIST (at); ALTER TABLE m ADD CONSTRAINT k NOT NULL id NOT VALID; CREATE TABLE p (id bigint NOT NULL, at int)",
  },
  {
    name: "a partition leaves and is made anew while the key above goes",
    a: "CREATE TABLE m (id int, at int, PRIMARY KEY (id, at)) PARTITION BY LIST (at); CREATE TABLE p PARTITION OF m DEFAULT",
    b: "CREATE TABLE m (id int, at int) PARTITION BY LIST (at); CREATE TABLE p (id int, at int, PRIMARY KEY (id)) PARTITION BY LIST (id)",
  },
  {
    name: "a partition becomes a table of its own while its parent goes",
    a: `${whole}; ALTER TABLE m ADD PRIMARY KEY (id, at)`,
    b: "CREATE TABLE m_24 (id int NOT NULL, at date NOT NULL, v int DEFAULT 1, CONSTRAINT m_24_pkey PRIMARY KEY (id, at))",
    never: /TABLE public\.m_24 \(/,
  },
  {
    name: "views on partitions while the parent changes",
    a: `${whole}; CREATE VIEW o AS SELECT v FROM m_24; CREATE VIEW p AS SELECT v FROM m`,
    b: `${measurement}; ALTER TABLE m ALTER v TYPE bigint; ${y24}; ${y25}; CREATE VIEW o AS SELECT v FROM m_24; CREATE VIEW p AS SELECT v FROM m`,
  },
  {
    name: "an enum in a partition key",
    a: `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE l (a int, b e) PARTITION BY LIST (b); CREATE TABLE l_a PARTITION OF l FOR VALUES IN ('a')`,
    b: `CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TABLE l (a int, b e) PARTITION BY LIST (b); CREATE TABLE l_a PARTITION OF l FOR VALUES IN ('a');
      CREATE TABLE l_c PARTITION OF l FOR VALUES IN ('b')`,
  },
  {
    name: "columns in another order",
    a: `${measurement}; CREATE TABLE m_24 (v int DEFAULT 1, at date NOT NULL, id int NOT NULL)`,
    b: `${measurement}; CREATE TABLE m_24 (v int DEFAULT 1, at date NOT NULL, id int NOT NULL); ALTER TABLE m ATTACH PARTITION m_24 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')`,
  },
  {
    name: "an identity of the parent",
    a: measurement,
    b: `CREATE TABLE m (id int GENERATED ALWAYS AS IDENTITY, at date NOT NULL, v int DEFAULT 1) PARTITION BY RANGE (at); ${y24}`,
  },
  {
    name: "a column of the parent becomes an identity of another type",
    a: `CREATE TABLE m (id text, at date NOT NULL, v int DEFAULT 1) PARTITION BY RANGE (at); ${y24}`,
    b: `CREATE TABLE m (id int GENERATED ALWAYS AS IDENTITY, at date NOT NULL, v int DEFAULT 1) PARTITION BY RANGE (at); ${y24}`,
    never: /(ADD|DROP) COLUMN/,
  },
  {
    name: "an identity of the parent comes as a column of its key",
    a: `CREATE TABLE m (at date NOT NULL, v int DEFAULT 1) PARTITION BY RANGE (at); ${y24}`,
    b: `CREATE TABLE m (at date NOT NULL, v int DEFAULT 1, id int GENERATED BY DEFAULT AS IDENTITY (INCREMENT 5), PRIMARY KEY (id, at)) PARTITION BY RANGE (at); ${y24}`,
  },
  {
    name: "an identity of the parent's reaches the partitions of what is attached",
    since: 17,
    both: `CREATE TABLE i (id int GENERATED ALWAYS AS IDENTITY, k int) PARTITION BY LIST (k); CREATE TABLE j (id int NOT NULL, k int) PARTITION BY LIST (k);
      CREATE TABLE j_d PARTITION OF j DEFAULT PARTITION BY HASH (k); CREATE TABLE j_d_0 PARTITION OF j_d FOR VALUES WITH (MODULUS 1, REMAINDER 0)`,
    a: "CREATE TABLE other (a int)",
    b: "ALTER TABLE i ATTACH PARTITION j FOR VALUES IN (1); ALTER TABLE j DETACH PARTITION j_d; ALTER TABLE j_d DETACH PARTITION j_d_0; ALTER TABLE j ATTACH PARTITION j_d DEFAULT; ALTER TABLE j_d ATTACH PARTITION j_d_0 FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
  },
  {
    name: "generated columns",
    a: whole,
    b: `${whole}; ALTER TABLE m ADD g int GENERATED ALWAYS AS (v * 2) STORED`,
  },
  {
    name: "a table becomes partitioned",
    a: "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, at date NOT NULL, v serial, PRIMARY KEY (id, at)); CREATE INDEX i ON t (v); CREATE VIEW w AS SELECT v FROM t",
    b: `CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, at date NOT NULL, v serial, PRIMARY KEY (id, at)) PARTITION BY RANGE (at); CREATE INDEX i ON t (v); CREATE VIEW w AS SELECT v FROM t;
      CREATE TABLE t_25 PARTITION OF t FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'); CREATE TABLE t_d PARTITION OF t DEFAULT`,
  },
  {
    name: "a clustered table becomes partitioned, and its index keeps its name",
    a: "CREATE TABLE c (id int); CREATE INDEX c_id ON c (id); ALTER TABLE c CLUSTER ON c_id",
    b: "CREATE TABLE c (id int) PARTITION BY RANGE (id); CREATE INDEX c_id ON c (id); CREATE TABLE c_d PARTITION OF c DEFAULT",
  },
  {
    name: "a check that the partition's rows are known to fulfil and the parent's are not",
    a: measurement,
    b: `${measurement}; ALTER TABLE m ADD CONSTRAINT positive CHECK (v > 0) NOT VALID; ${y24}`,
  },
  {
    name: "such a check comes to partitions that are there",
    a: whole,
    b: `${measurement}; ALTER TABLE m ADD CONSTRAINT positive CHECK (v > 0) NOT VALID; ${y24}; ${y25}`,
  },
  {
    name: "a detached table's NOT NULL, which has the parent's name, gets its own",
    since: 18,
    a: `${measurement}; ${y24}`,
    b: `${measurement}; CREATE TABLE m_24 (id int NOT NULL, at date CONSTRAINT own NOT NULL, v int DEFAULT 1)`,
    never: /(CREATE|DROP) TABLE/,
  },
  {
    name: "a table made anew beside the partitions of the old one, which keep the names of its NOT NULL",
    both: "CREATE SCHEMA old",
    a: `${measurement.replace("TABLE m", "TABLE old.m")}; ${y24.replace("OF m", "OF old.m")}`,
    b: `${measurement}; ${y24}`,
  },
  {
    name: "a partitioned table becomes a partition of another that has a key",
    a: `${measurement}; ${y24}`,
    b: `CREATE TABLE whole (id int NOT NULL, at date NOT NULL, v int DEFAULT 1, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE m PARTITION OF whole DEFAULT`,
  },
  {
    name: "a change of type leaves the indexes and keys of partitions their names and comments",
    a: `${whole}; ${named}`,
    b: `${whole.replaceAll("v int", "v bigint")}; ${named}`,
  },
  {
    name: "a partition's index under another name",
    a: `${whole}; CREATE INDEX mine ON m_24 (v); CREATE INDEX i ON m (v)`,
    b: `${whole}; CREATE INDEX yours ON m_24 (v); CREATE INDEX i ON m (v)`,
  },
  {
    name: "a partition's key is part of the partitioned table's index",
    a: `${whole}; ALTER TABLE m_24 ADD CONSTRAINT k UNIQUE (at); CREATE UNIQUE INDEX i ON m (at)`,
    b: `${measurement}; ${y24}; ALTER TABLE m_24 ADD CONSTRAINT k UNIQUE (at)`,
  },
  {
    name: "the columns of a key and of a partition key in another order",
    a: "CREATE TABLE k (a int, b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (a, b)",
    b: "CREATE TABLE k (a int, b int, PRIMARY KEY (b, a)) PARTITION BY RANGE (b, a)",
  },
  {
    name: "storage parameters of a partitioned table's index",
    a: `${whole}; CREATE INDEX i ON m (v)`,
    b: `${whole}; CREATE INDEX i ON m (v) WITH (fillfactor = 60)`,
  },
  {
    name: "a statistics target is not the partitions'",
    a: whole,
    b: `${whole}; ALTER TABLE m ADD x int; ALTER TABLE ONLY m ALTER x SET STATISTICS 10; ALTER TABLE m_24 ALTER x SET STATISTICS 20`,
  },
  {
    name: "a table with a CLUSTER mark and a replica identity becomes partitioned",
    a: "CREATE TABLE t (id int NOT NULL, v int); CREATE UNIQUE INDEX i ON t (id); ALTER TABLE t CLUSTER ON i; ALTER TABLE t REPLICA IDENTITY USING INDEX i",
    b: "CREATE TABLE t (id int NOT NULL, v int) PARTITION BY RANGE (id); CREATE TABLE t_d PARTITION OF t DEFAULT",
  },
  {
    name: "a table of nothing but generated columns becomes partitioned",
    a: "CREATE TABLE n (a int GENERATED ALWAYS AS (1) STORED)",
    b: "CREATE TABLE n (k int) PARTITION BY LIST (k)",
  },
];

thereAndBack("partitions", pairs);
