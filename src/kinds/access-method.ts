import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs } from "./query.js";

/** CREATE ACCESS METHOD. */
export interface AccessMethod {
  readonly type: "index" | "table";
  readonly handler: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "access method": AccessMethod;
  }
}

export const accessMethod = defineKind({
  name: "access method",
  query: () => `
    SELECT a.amname AS name, ${refs(ref("pg_am", "a.oid"))} AS refs,
           json_build_object('type', CASE a.amtype WHEN 'i' THEN 'index' ELSE 'table' END, 'handler', a.amhandler) AS attributes
    FROM pg_am a WHERE a.oid >= 16384`,
  address: (id) => sql`ACCESS METHOD ${name(id.name)}`,
  occupies: ({ id }) => [id],
  create: ({ identity, attributes: { type, handler } }) => [
    sql`CREATE ACCESS METHOD ${name(identity.name)} TYPE ${raw(type.toUpperCase())} HANDLER ${raw(handler)}`,
  ],
  drop: ({ identity }) => [sql`DROP ACCESS METHOD ${name(identity.name)}`],
  alter: [],
});
