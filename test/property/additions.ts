import { Both } from "./both.js";
import { columnsOf, isAttached } from "./columns.js";
import type { Generator } from "./generate.js";
import type { Grant, Relation, State } from "./model.js";
import { roles } from "./names.js";
import type { Random } from "./random.js";
import { type ServerWide, ServerWideGenerator } from "./server-wide.js";
import { laterSorts, sortOf } from "./sorts/index.js";
import { addStanding } from "./standing.js";
import { addTemporal } from "./temporal.js";

/**
 * Adds to both states what random states did not have from the start, by chance of its own: what a seed gave before
 * stays as it is.
 * @param rolePrefix what names of roles begin with; without it there are none of the states' own.
 */
export function addLater(a: State, b: State, random: Random, rolePrefix?: string): void {
  const both = new Both(a, b, random);
  if (random.chance(0.35)) addStanding(both);
  if (random.chance(0.35)) addTemporal(both);
  if (random.chance(0.4)) addColumnGrants(both);
  for (const { name, serverOnly } of laterSorts) {
    if (random.chance(0.2) && !(serverOnly === true && a.isPglite)) addPart(both, name);
  }
  if (random.chance(0.35) && rolePrefix !== undefined) addServerWide(both, rolePrefix);
}

/** One that both states have, chosen anew in parts, or that only one has. */
function addPart({ a, b, random, generator }: Both, name: string): void {
  const sort = sortOf(name);
  const part = generator.addPart(sort);
  if (part === undefined || random.chance(0.3)) return;
  const other = structuredClone(part);
  const choice = generator.choose(sort, part.id) ?? {};
  for (const key of random.some(Object.keys({ ...choice, ...part.choice }))) {
    if (key in choice) other.choice[key] = choice[key];
    else delete other.choice[key];
  }
  if (random.chance(0.2)) other.name = generator.freshName();
  b.parts.push(other);
  if (random.chance(0.2)) a.parts.splice(a.parts.indexOf(part), 1);
}

const columnPrivileges = ["SELECT", "INSERT", "UPDATE", "REFERENCES"];

/** Privileges on columns of views, on columns that come from elsewhere, and on those that every table has. */
function addColumnGrants({ a, b, random, generator }: Both): void {
  for (const relation of random.some(a.relations, 3)) {
    const other = b.relations.find(({ id }) => id === relation.id);
    const path = random.maybe(placesOf(a, relation));
    if (path === undefined) continue;
    const grants = grantsOf(generator);
    grantOn(relation, path, grants);
    if (other !== undefined && random.chance(0.7))
      grantOn(other, path, random.chance(0.5) ? structuredClone(grants) : grantsOf(generator));
  }
}

/** A column of a view or one that comes from elsewhere, by its id, or a system column. */
type Place = number | string;

function placesOf(state: State, relation: Relation): Place[] {
  const selected = relation.selected.map(({ id }) => id);
  if (relation.kind === "view" || relation.kind === "materialized view") return selected;
  const own = new Set(relation.columns.map(({ id }) => id));
  const isOwn = (id: number) => own.has(id) && !isAttached(state, relation);
  const others = columnsOf(state, relation).flatMap(({ id }) => (isOwn(id) ? [] : [id]));
  return [...others, ...others, "xmin", "tableoid"];
}

function grantsOf(generator: Generator): Grant[] {
  for (;;) {
    const { grants } = generator.grants(columnPrivileges);
    if (grants !== undefined) return grants;
  }
}

function grantOn(relation: Relation, place: Place, grants: Grant[]): void {
  if (typeof place === "string") {
    relation.systemGrants = { column: place, grants };
    return;
  }
  const column = relation.selected.find(({ id }) => id === place);
  if (column !== undefined) column.grants = grants;
  if (relation.kind === "view" || relation.kind === "materialized view") return;
  const override = relation.overrides.find((one) => one.column === place);
  if (override !== undefined) override.grants = grants;
  else relation.overrides.push({ column: place, grants });
}

/** Roles that are the states' own, with what they own and may do. */
function addServerWide(both: Both, prefix: string): void {
  const { a, b, random } = both;
  const generator = new ServerWideGenerator(random, a.major, () => both.generator.id());
  const server = generator.start(prefix);
  a.server = server;
  b.server = structuredClone(server);
  for (let left = 1 + random.below(4); left > 0; left--) useRole(both, random.pick(server.roles).name);
  for (let left = random.below(5); left > 0; left--) {
    const gone = generator.edit(b.server);
    if (gone !== undefined) forget(b, gone);
  }
  if (random.chance(0.15)) leaveOut(random.pick([a, b]), server);
}

function leaveOut(state: State, { roles: own }: ServerWide): void {
  delete state.server;
  for (const { name } of own) forget(state, name);
}

/** Something that may name a role. */
interface Bearer {
  readonly id: number;
  grants?: Grant[];
  owner?: string;
  roles?: string[];
}

/** What the states have in common comes to name the role. */
function useRole({ a, b, random }: Both, role: string): void {
  const inBoth = (list: (state: State) => readonly Bearer[], work: (one: Bearer) => void) => {
    const one = random.maybe(list(a));
    if (one === undefined) return;
    work(one);
    const other = list(b).find(({ id }) => id === one.id);
    if (other !== undefined && random.chance(0.8)) work(other);
  };
  const grant = (privileges: readonly string[]) => {
    const given = random.some(privileges);
    const by = random.chance(0.2) ? { by: random.pick(roles) } : {};
    const made: Grant = { role, privileges: given, grantable: random.chance(0.3), ...by };
    return (one: Bearer) => {
      one.grants = [...(one.grants ?? []), structuredClone(made)];
    };
  };
  const own = (one: Bearer) => {
    one.owner = role;
  };
  random.pick([
    () => inBoth(({ relations }) => relations, grant(["SELECT", "INSERT", "UPDATE", "DELETE"])),
    () => inBoth(({ relations }) => relations.flatMap(({ columns }) => columns), grant(columnPrivileges)),
    () => inBoth(({ functions }) => functions, grant(["EXECUTE"])),
    () => inBoth(({ enums, domains }) => [...enums, ...domains], own),
    () => inBoth(({ schemas }) => schemas.filter(({ name }) => name !== "public"), own),
    () => inBoth(({ functions }) => functions, own),
    () => inBoth(({ relations }) => relations.filter(({ foreignKeys }) => foreignKeys.length === 0), own),
    () =>
      inBoth(
        ({ relations }) => relations.flatMap(({ policies }) => policies),
        (policy) => {
          policy.roles = [...new Set([...(policy.roles ?? []).filter((one) => one !== "public"), role])];
        },
      ),
    () => {
      const objects = { objects: "TABLES", privileges: "SELECT", role, grantable: random.chance(0.3) };
      for (const state of random.chance(0.5) ? [a, b] : [a]) state.defaultPrivileges.push({ ...objects });
    },
  ])();
}

/** Nothing names the role any more. */
function forget(value: unknown, role: string): void {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const names = (one: unknown) =>
      one === role ||
      (typeof one === "object" &&
        one !== null &&
        (Object.entries(one) as [string, unknown][]).some(
          ([key, of]) => (key === "role" || key === "by") && of === role,
        ));
    value.splice(0, items.length, ...items.filter((one) => !names(one)));
    for (const one of items) forget(one, role);
  } else if (typeof value === "object" && value !== null) {
    const fields = value as Record<string, unknown>;
    if (fields.owner === role) delete fields.owner;
    for (const field of Object.values(fields)) forget(field, role);
    // A policy is for someone.
    if (Array.isArray(fields.roles) && fields.roles.length === 0 && "permissive" in fields)
      fields.roles = ["public"];
  }
}
