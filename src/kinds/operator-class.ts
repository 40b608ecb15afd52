import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { nameAndMethod, renameWithMethod } from "./operator-family.js";
import { isUserSchema, ref, routineSignature } from "./query.js";

/** CREATE OPERATOR CLASS, with the operators and functions that go with it. */
export interface OperatorClass {
  readonly type: string;
  readonly default: boolean;
  /** The family, qualified. */
  readonly family: string;
  /** `OPERATOR 1 …`, `FUNCTION 1 …` and `STORAGE …`. */
  readonly members: readonly string[];
}

/** An operator or a function of a family that belongs to none of its classes. */
export interface OperatorFamilyMember {
  readonly definition: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "operator class": OperatorClass;
    "operator family member": OperatorFamilyMember;
  }
}

const types = (left: string, right: string) =>
  `format_type(${left}, NULL) || ', ' || format_type(${right}, NULL)`;

/**
 * Members of families: the catalog they are in, what names them within the family, and how they are added. What
 * holds one is its class or its family (pg_depend, internal or automatic).
 */
const members = `
  SELECT 'pg_amop'::regclass AS classid, 'pg_amop' AS catalog, o.oid, o.amopfamily AS family, o.amopstrategy AS number, 0 AS turn,
         'OPERATOR ' || o.amopstrategy || ' (' || ${types("o.amoplefttype", "o.amoprighttype")} || ')' AS name,
         'OPERATOR ' || o.amopstrategy || ' ' || (SELECT quote_ident(opn.nspname) || '.' || op.oprname FROM pg_operator op
           JOIN pg_namespace opn ON opn.oid = op.oprnamespace WHERE op.oid = o.amopopr)
           || '(' || ${types("o.amoplefttype", "o.amoprighttype")} || ')'
           || coalesce((SELECT ' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' || quote_ident(s.opfname) FROM pg_opfamily s
                        JOIN pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily), '') AS definition
  FROM pg_amop o
  UNION ALL
  SELECT 'pg_amproc'::regclass, 'pg_amproc', p.oid, p.amprocfamily, p.amprocnum, 1,
         'FUNCTION ' || p.amprocnum || ' (' || ${types("p.amproclefttype", "p.amprocrighttype")} || ')',
         'FUNCTION ' || p.amprocnum || ' (' || ${types("p.amproclefttype", "p.amprocrighttype")} || ') '
           || ${routineSignature("p.amproc::oid")}
  FROM pg_amproc p`;

const membersOfClass = `(${members}) m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.oid
  AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid AND d.deptype = 'i'`;

export const operatorClass = defineKind({
  name: "operator class",
  query: () => `
    SELECT n.nspname AS schema, c.opcname AS name, json_build_array(am.amname) AS args,
           ${ref("pg_namespace", "n.oid")} AS parent,
           (SELECT json_agg(r.ref) FROM (
              SELECT ${ref("pg_opclass", "c.oid")} AS ref
              UNION ALL SELECT json_build_array(m.catalog, m.oid::int8, 0) FROM ${membersOfClass}) r) AS refs,
           json_build_object(
             'type', format_type(c.opcintype, NULL),
             'default', c.opcdefault,
             'family', quote_ident(fn.nspname) || '.' || quote_ident(f.opfname),
             'members', array_remove(
               ARRAY(SELECT m.definition FROM ${membersOfClass} ORDER BY m.turn, m.number, m.name)
                 || CASE WHEN c.opckeytype <> 0 THEN 'STORAGE ' || format_type(c.opckeytype, NULL) END, NULL)
           ) AS attributes
    FROM pg_opclass c
    JOIN pg_am am ON am.oid = c.opcmethod
    JOIN pg_namespace n ON n.oid = c.opcnamespace
    JOIN pg_opfamily f ON f.oid = c.opcfamily
    JOIN pg_namespace fn ON fn.oid = f.opfnamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`OPERATOR CLASS ${nameAndMethod(id)}`,
  occupies: ({ id }) => [id],
  create: ({ identity, attributes: { type, default: isDefault, family, members } }) => [
    sql`CREATE OPERATOR CLASS ${name(identity.schema, identity.name)} ${isDefault && raw("DEFAULT")} FOR TYPE ${raw(type)}
  USING ${name(identity.args?.[0])} FAMILY ${raw(family)} AS
  ${raw(members.length === 0 ? `STORAGE ${type}` : members.join(",\n  "))}`,
  ],
  drop: ({ identity }) => [sql`DROP OPERATOR CLASS ${nameAndMethod(identity)}`],
  alter: [],
  rename: renameWithMethod(sql`OPERATOR CLASS`),
});

export const operatorFamilyMember = defineKind({
  name: "operator family member",
  query: () => `
    SELECT n.nspname AS schema, f.opfname AS "on", m.name, json_build_array(am.amname) AS args,
           ${ref("pg_opfamily", "f.oid")} AS parent, json_build_array(json_build_array(m.catalog, m.oid::int8, 0)) AS refs,
           json_build_object('definition', m.definition) AS attributes
    FROM (${members}) m
    JOIN pg_opfamily f ON f.oid = m.family
    JOIN pg_am am ON am.oid = f.opfmethod
    JOIN pg_namespace n ON n.oid = f.opfnamespace
    WHERE ${isUserSchema("n")} AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = m.classid AND d.objid = m.oid
        AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'i')`,
  occupies: ({ id }) => [id],
  create: ({ identity, attributes }) => [
    sql`ALTER OPERATOR FAMILY ${nameAndMethod(identity)} ADD ${raw(attributes.definition)}`,
  ],
  drop: ({ identity }) => [
    sql`ALTER OPERATOR FAMILY ${nameAndMethod(identity)} DROP ${raw(identity.name ?? "")}`,
  ],
  alter: [],
});
