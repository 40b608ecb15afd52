import type { KindName } from "../../src/catalog/fact.js";
import { laterSorts, sorts } from "./sorts/index.js";

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

const ofServers: readonly KindName[] = [
  "role",
  "membership",
  "role setting",
  "database setting",
  "database comment",
];

const all = [...sorts, ...laterSorts];

/** Kinds that PGlite has not. */
export const serverOnlyKinds: ReadonlySet<KindName> = new Set(
  all.flatMap(({ kinds, serverOnly }) => (serverOnly === true ? kinds : [])),
);

/** The kinds that random states have. */
export const generatedKinds: ReadonlySet<KindName> = new Set([
  ...ofRelations,
  ...ofServers,
  ...all.flatMap(({ kinds }) => kinds),
]);

/** The kinds that they have not, and why. */
export const kindsLeftOut: Readonly<Partial<Record<KindName, string>>> = {
  "security label": "needs a label provider, which is a module that the server loads at its start",
};
