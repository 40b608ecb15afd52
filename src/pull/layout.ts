import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import { rootOf } from "../plan/decide.js";
import { fileNames } from "./file-name.js";

/** Where an object is written: a directory and a name in it; without a name, a file for all of its kind. */
interface Place {
  readonly schema: string | undefined;
  readonly folder: string;
  readonly name: string | undefined;
}

/** Folders that kinds share because they share a name space; any other kind has its plural. */
const folders: Readonly<Record<string, string>> = {
  "partitioned table": "tables",
  "foreign table": "tables",
  "materialized view": "views",
  enum: "types",
  domain: "types",
  "composite type": "types",
  range: "types",
  "range type": "types",
  "base type": "types",
  procedure: "functions",
  aggregate: "functions",
  membership: "roles",
  "role setting": "roles",
  "database setting": "database",
  "database comment": "database",
};

/**
 * The file of each object: `app/tables/patient.sql`, `app/functions/age.sql`, `app/schema.sql`,
 * `extensions.sql`. What hangs on an object (an index, a policy, a grant, a comment, a sequence that it owns)
 * is written with it.
 */
export function layout(about: Iterable<FactId>, catalogs: readonly Catalog[]): ReadonlyMap<FactId, string> {
  const places = new Map<FactId, Place>();
  for (const id of about) {
    const catalog = catalogs.find((each) => each.has(id));
    const fact = catalog?.get(id);
    if (catalog !== undefined && fact !== undefined) places.set(id, placeOf(hostOf(fact, catalog)));
  }
  const schemas = fileNames([...places.values()].flatMap(({ schema }) => schema ?? []));
  const namesByFolder = new Map<string, string[]>();
  for (const place of places.values()) {
    if (place.name === undefined) continue;
    const key = folderKey(place);
    namesByFolder.set(key, [...(namesByFolder.get(key) ?? []), place.name]);
  }
  const filesByFolder = new Map([...namesByFolder].map(([key, names]) => [key, fileNames(names)]));
  return new Map(
    [...places].map(([id, place]) => {
      const file =
        place.name === undefined ? undefined : filesByFolder.get(folderKey(place))?.get(place.name);
      const schema = place.schema === undefined ? undefined : schemas.get(place.schema);
      return [id, [schema, place.folder, file].filter((part) => part !== undefined).join("/")];
    }),
  );
}

const folderKey = ({ schema, folder }: Place) => JSON.stringify([schema, folder]);

/** What a person would open to find the fact. */
function hostOf(fact: Fact, catalog: Catalog): Identity {
  const { identity } = fact;
  if (identity.of !== undefined) return identity.of;
  const owner = catalog.dependencies(fact.id).find(({ type }) => type === "owned");
  const owned = catalog.get(owner?.to);
  return owned === undefined ? identity : rootOf(owned, catalog).identity;
}

function placeOf({ kind, schema, name }: Identity): Place {
  const folder = folders[kind] ?? `${kind.replaceAll(" ", "-")}s`;
  if (kind === "schema") return { schema: name, folder: "schema", name: undefined };
  const isOneFile = schema === undefined || kind === "default privilege";
  return { schema, folder, name: isOneFile ? undefined : name };
}
