import type { Ref } from "../kinds/define.js";

/** OIDs below this are PostgreSQL's own (transam.h, FirstNormalObjectId). */
const firstUserOid = 16384;

/** pg_depend between the user's objects (manual, pg_depend); PostgreSQL's own are always there. */
export const dependencyQuery = `
  SELECT json_build_array(d.classid::regclass::text, d.objid::int8, d.objsubid) AS "from",
         json_build_array(d.refclassid::regclass::text, d.refobjid::int8, d.refobjsubid) AS "to",
         d.deptype AS type
  FROM pg_depend d
  WHERE d.deptype IN ('n', 'a', 'i', 'P', 'S') AND d.objid >= ${firstUserOid}
    AND (d.refobjid >= ${firstUserOid} OR d.refclassid = 'pg_namespace'::regclass)`;

/** A row of {@link dependencyQuery}; `type` is pg_depend.deptype. */
export interface Dependency {
  readonly from: Ref;
  readonly to: Ref;
  readonly type: string;
}

/** A row of {@link extensionMemberQuery}. */
export interface ExtensionMember {
  readonly member: Ref;
  readonly extension: Ref;
}

/** What extensions brought along. */
export const extensionMemberQuery = `
  SELECT json_build_array(d.classid::regclass::text, d.objid::int8, d.objsubid) AS member,
         json_build_array(d.refclassid::regclass::text, d.refobjid::int8, d.refobjsubid) AS extension
  FROM pg_depend d
  WHERE d.deptype = 'e' AND d.objid >= ${firstUserOid}`;
