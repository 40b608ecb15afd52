import { thereAndBack } from "./there-and-back.js";

const parser = `CREATE SCHEMA app; CREATE TEXT SEARCH PARSER app.words
  (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline)`;
const dictionaries = `CREATE SCHEMA app;
  CREATE TEXT SEARCH DICTIONARY app.stems (TEMPLATE = snowball, LANGUAGE = 'english');
  CREATE TEXT SEARCH DICTIONARY app.plain (TEMPLATE = simple)`;
const configuration = `${dictionaries}; CREATE TEXT SEARCH CONFIGURATION app.notes (PARSER = "default")`;
const indexed = `CREATE TABLE app.note (body text);
  CREATE INDEX found ON app.note USING gin (to_tsvector('app.notes', body))`;

thereAndBack("text search", [
  {
    name: "a parser comes and goes",
    a: "",
    b: `${parser}; COMMENT ON TEXT SEARCH PARSER app.words IS 'as usual'`,
  },
  {
    name: "a parser that changes is replaced, and its configuration with it",
    a: `${parser}; CREATE TEXT SEARCH CONFIGURATION app.c (PARSER = app.words);
        ALTER TEXT SEARCH CONFIGURATION app.c ADD MAPPING FOR word WITH simple`,
    b: `${parser.replace(", HEADLINE = prsd_headline", "")}; CREATE TEXT SEARCH CONFIGURATION app.c (PARSER = app.words);
        ALTER TEXT SEARCH CONFIGURATION app.c ADD MAPPING FOR word WITH simple`,
  },
  {
    name: "a template, and a dictionary of it",
    a: "CREATE SCHEMA app; CREATE TEXT SEARCH TEMPLATE app.t (LEXIZE = dsimple_lexize, INIT = dsimple_init)",
    b: `CREATE SCHEMA app; CREATE TEXT SEARCH TEMPLATE app.t (LEXIZE = dsimple_lexize, INIT = dsimple_init);
        COMMENT ON TEXT SEARCH TEMPLATE app.t IS 'x';
        CREATE TEXT SEARCH DICTIONARY app.d (TEMPLATE = app.t, accept = false)`,
  },
  {
    name: "a dictionary's options change in place, in any order",
    both: "CREATE SCHEMA app",
    a: "CREATE TEXT SEARCH DICTIONARY app.d (TEMPLATE = snowball, StopWords = english, LANGUAGE = english)",
    b: "CREATE TEXT SEARCH DICTIONARY app.d (TEMPLATE = snowball, LANGUAGE = german)",
    never: /CREATE|DROP/,
  },
  {
    name: "a dictionary has an owner and a comment",
    roles: ["dm_test_clerk"],
    both: dictionaries,
    a: "COMMENT ON TEXT SEARCH DICTIONARY app.plain IS 'a'",
    b: "ALTER TEXT SEARCH DICTIONARY app.plain OWNER TO dm_test_clerk",
    never: /CREATE|DROP/,
  },
  {
    name: "mappings change in place, under an index that uses them",
    both: `${configuration}; ${indexed}`,
    a: `ALTER TEXT SEARCH CONFIGURATION app.notes ADD MAPPING FOR word, asciiword WITH app.stems, app.plain`,
    b: `ALTER TEXT SEARCH CONFIGURATION app.notes ADD MAPPING FOR word WITH app.plain, app.stems;
        ALTER TEXT SEARCH CONFIGURATION app.notes ADD MAPPING FOR numword WITH simple`,
    never: /CREATE|INDEX/,
  },
  {
    name: "a dictionary goes without taking the configuration along",
    both: `CREATE SCHEMA app; CREATE TEXT SEARCH CONFIGURATION app.notes (PARSER = "default"); ${indexed}`,
    a: "ALTER TEXT SEARCH CONFIGURATION app.notes ADD MAPPING FOR word WITH simple",
    b: `CREATE TEXT SEARCH DICTIONARY app.mine (TEMPLATE = simple);
        ALTER TEXT SEARCH CONFIGURATION app.notes ADD MAPPING FOR word WITH app.mine`,
    never: /(CREATE|DROP) (TEXT SEARCH CONFIGURATION|INDEX)/,
  },
  {
    name: "everything at once",
    a: "",
    b: `${configuration}; ALTER TEXT SEARCH CONFIGURATION app.notes
      ADD MAPPING FOR word, hword WITH app.stems; COMMENT ON TEXT SEARCH CONFIGURATION app.notes IS 'x'; ${indexed}`,
  },
]);
