import type { Fact } from "../catalog/fact.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref } from "./query.js";
import { escapedFormat, inThisDatabase } from "./this-database.js";

/** A configuration parameter (the name) as sessions begin with it. */
export interface Setting {
  readonly value: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    /** ALTER ROLE … SET. */
    "role setting": Setting;
    /** ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET, of the connected database. */
    "database setting": Setting;
    /** COMMENT ON DATABASE. */
    "database comment": { readonly text: string };
  }
}

/** Parameters whose value is a list of names, kept as it is quoted (pg_dump's variable_is_guc_list_quote). */
const lists = new Set([
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

function valueText(parameter: string, value: string): Sql {
  if (!lists.has(parameter.toLowerCase()) || value.trim() === "") return literal(value);
  const items = value.match(/"(?:[^"]|"")*"|[^,\s]+/g) ?? [];
  return join(
    items.map((item) => literal(item.startsWith('"') ? item.slice(1, -1).replaceAll('""', '"') : item)),
  );
}

/** `app.theme` of an extension is a name of two parts. */
const parameterName = (text: string) =>
  join(
    text.split(".").map((part) => name(part)),
    ".",
  );

const set = ({ identity, attributes }: Fact<"role setting" | "database setting">) =>
  sql`SET ${parameterName(identity.name ?? "")} TO ${valueText(identity.name ?? "", attributes.value)}`;

const reset = ({ identity }: Fact<"role setting" | "database setting">) =>
  sql`RESET ${parameterName(identity.name ?? "")}`;

const ofRole = ({ identity }: Fact, what: Sql) => sql`ALTER ROLE ${name(identity.on)} ${what}`;

function ofDatabase({ identity }: Fact, what: Sql): Sql {
  const head =
    identity.on === undefined
      ? raw("ALTER DATABASE %1$I")
      : sql`ALTER ROLE ${escapedFormat(name(identity.on))} IN DATABASE %1$I`;
  return inThisDatabase(sql`${head} ${escapedFormat(what)}`);
}

const settings = (condition: string, role: string, parent: string) => `
    SELECT ${role} AS "on", split_part(c.line, '=', 1) AS name, ${parent} AS parent,
           json_build_object('value', substr(c.line, strpos(c.line, '=') + 1)) AS attributes
    FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) c(line)
    WHERE ${condition}`;

export const roleSetting = defineKind({
  name: "role setting",
  shared: "settings",
  query: () => settings("s.setdatabase = 0 AND s.setrole <> 0", "r.rolname", ref("pg_authid", "s.setrole")),
  roles: ({ identity }) => (identity.on === undefined ? [] : [identity.on]),
  create: (fact) => [ofRole(fact, set(fact))],
  drop: (fact) => [ofRole(fact, reset(fact))],
  alter: [{ of: ["value"], sql: (_, to) => ofRole(to, set(to)) }],
});

export const databaseSetting = defineKind({
  name: "database setting",
  shared: "settings",
  query: () =>
    settings(
      "s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())",
      "r.rolname",
      `CASE WHEN s.setrole <> 0 THEN ${ref("pg_authid", "s.setrole")} END`,
    ),
  roles: ({ identity }) => (identity.on === undefined ? [] : [identity.on]),
  create: (fact) => [ofDatabase(fact, set(fact))],
  drop: (fact) => [ofDatabase(fact, reset(fact))],
  alter: [{ of: ["value"], sql: (_, to) => ofDatabase(to, set(to)) }],
});

const comment = (text: Sql) => inThisDatabase(sql`COMMENT ON DATABASE %1$I IS ${escapedFormat(text)}`);

export const databaseComment = defineKind({
  name: "database comment",
  shared: "settings",
  query: () => `
    SELECT json_build_object('text', c.text) AS attributes
    FROM (SELECT shobj_description(d.oid, 'pg_database') AS text
          FROM pg_database d WHERE d.datname = current_database()) c
    WHERE c.text IS NOT NULL`,
  create: ({ attributes }) => [comment(literal(attributes.text))],
  drop: () => [comment(raw("NULL"))],
  alter: [{ of: ["text"], sql: (_, { attributes }) => comment(literal(attributes.text)) }],
});
