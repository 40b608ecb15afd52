import type { Fact } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind, type RenderContext } from "./define.js";
import { cameWithType, ref } from "./query.js";

/** ALTER … OWNER TO, where the owner is not the role that dm connects as: that one goes without saying. */
export interface Owner {
  readonly role: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    owner: Owner;
  }
}

function setOwner({ identity }: Fact<"owner">, role: Sql, { address }: Pick<RenderContext, "address">): Sql {
  if (identity.of === undefined) throw new Error("an owner without a target");
  return sql`ALTER ${address(identity.of)} OWNER TO ${role}`;
}

/** The catalogs whose objects have owners, and the owner's column. */
const owned: readonly [catalog: string, column: string, condition?: string][] = [
  ["pg_namespace", "nspowner"],
  [
    "pg_class",
    "relowner",
    // Indexes follow their table, and a sequence that a column owns must have the table's owner.
    `relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (
       SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = o.oid
         AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND o.relkind = 'S')`,
  ],
  ["pg_proc", "proowner", `NOT ${cameWithType("o.oid")}`],
  [
    "pg_type",
    "typowner",
    "(typtype IN ('e', 'd', 'b', 'p', 'r') OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c'))",
  ],
  ["pg_collation", "collowner"],
  ["pg_conversion", "conowner"],
  ["pg_operator", "oprowner"],
  ["pg_opclass", "opcowner"],
  ["pg_opfamily", "opfowner"],
  ["pg_statistic_ext", "stxowner"],
  ["pg_ts_config", "cfgowner"],
  ["pg_ts_dict", "dictowner"],
  ["pg_language", "lanowner"],
  ["pg_foreign_data_wrapper", "fdwowner"],
  ["pg_foreign_server", "srvowner"],
  ["pg_event_trigger", "evtowner"],
  ["pg_publication", "pubowner"],
  [
    "pg_subscription",
    "subowner",
    "subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())",
  ],
];

/** Who owns a schema may use it, as what that role grants in it needs. */
const usageOfSchema = "json_build_array(json_build_array('usage by ' || r.oid, o.oid::int8, 0))";

export const owner = defineKind({
  name: "owner",
  query: ({ self }) =>
    owned
      .map(
        ([catalog, column, condition]) => `
    SELECT ${ref(catalog, "o.oid")} AS target, json_build_object('role', r.rolname) AS attributes,
           ${catalog === "pg_namespace" ? usageOfSchema : "NULL::json"} AS refs
    FROM ${catalog} o JOIN pg_roles r ON r.oid = o.${column}
    WHERE r.rolname <> ${self.text}
      AND (o.oid >= 16384 ${catalog === "pg_namespace" ? "OR o.nspname = 'public'" : ""})
      ${condition === undefined ? "" : `AND ${condition}`}`,
      )
      .join("\n    UNION ALL"),
  roles: (fact) => [fact.attributes.role],
  access: ({ attributes }) => attributes.role,
  create: (fact, context) => [setOwner(fact, name(fact.attributes.role), context)],
  // Back to the normal case: the role that runs the statement.
  drop: (fact, context) => [setOwner(fact, raw("CURRENT_USER"), context)],
  alter: [{ of: ["role"], sql: (_, to, context) => setOwner(to, name(to.attributes.role), context) }],
});
