import type { KindName } from "../../src/catalog/fact.js";
import { sorts } from "./sorts/index.js";

/** Kinds that come of what every state has: schemas, types, routines, relations and what belongs to them. */
const ofRelations: readonly KindName[] = [
  "schema",
  "enum",
  "domain",
  "domain constraint",
  "sequence",
  "table",
  "column",
  "foreign table",
  "foreign column",
  "inheritance",
  "table type",
  "partition",
  "default",
  "not null",
  "constraint",
  "sequence ownership",
  "index",
  "cluster mark",
  "replica identity",
  "function",
  "procedure",
  "view",
  "view column",
  "materialized view",
  "trigger",
  "policy",
  "row security",
  "owner",
  "privilege",
  "comment",
  "default privilege",
];

/** Kinds that PGlite has not. */
export const serverOnlyKinds: ReadonlySet<KindName> = new Set(
  sorts.flatMap(({ kinds, serverOnly }) => (serverOnly === true ? kinds : [])),
);

/** The kinds that random states have. */
export const generatedKinds: ReadonlySet<KindName> = new Set([
  ...ofRelations,
  ...sorts.flatMap(({ kinds }) => kinds),
]);

/** The kinds that they have not, and why. */
export const kindsLeftOut: Readonly<Partial<Record<KindName, string>>> = {
  role: "belongs to the whole server, which other tests share; test/kinds/roles.test.ts has its transitions",
  membership: "likewise",
  "role setting": "likewise",
  "database setting": "likewise",
  "database comment": "likewise",
  subscription: "names another server, and its removal may have to reach that one",
  "security label": "needs a label provider, which is a module that the server loads at its start",
};
