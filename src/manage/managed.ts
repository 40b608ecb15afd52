import { Catalog, compareText } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import { isDefaultScope, type LeftOut, type Scope } from "../catalog/scope.js";
import type { Shared } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import { name } from "../sql/sql.js";
import { partmanTables } from "./partman.js";
import { covers, exactPattern, type Pattern, readPattern } from "./pattern.js";
import { type KeptTable, versionTables } from "./version-tables.js";

/**
 * The part of a state that dm manages. Only this part is compared, fingerprinted, created, altered and dropped; the
 * rest stays reachable as {@link Catalog.whole}. Of a part that is one already, what both scopes cover.
 */
export function managed(catalog: Catalog, scope: Scope): Catalog {
  const { whole } = catalog;
  const kept = keptByTools(whole);
  const isManaged = managing(whole, scope, kept);
  const facts = [...catalog.facts.values()].filter(isManaged);
  const isAll = facts.length === catalog.facts.size;
  if (isAll && isDefaultScope(scope) && isDefaultScope(catalog.scope)) return catalog;
  const { major, self, unmodelled } = catalog;
  const leftOut = kept
    .filter(({ table }) => !isManaged(table))
    .map(({ table: { identity }, tool, among }): [string, LeftOut] => {
      const named = among ?? name(identity.schema, identity.name).text;
      return [named, { kind: identity.kind, name: named, tool }];
    });
  return new Catalog({
    major,
    self,
    facts,
    edges: catalog.edges(),
    unmodelled,
    whole,
    scope,
    leftOut: [...new Map(leftOut).values()].toSorted((a, b) => compareText(a.name, b.name)),
  });
}

/** The tables that other tools look after. */
function keptByTools(whole: Catalog): KeptTable[] {
  return [...versionTables(whole), ...partmanTables(whole)];
}

/**
 * Whether a fact of this state is managed: by its own name and kind, and with everything that it is a part of.
 * Answers for facts too that the state does not hold and whose parent it does.
 */
export function managing(
  whole: Catalog,
  scope: Scope,
  kept: readonly KeptTable[] = keptByTools(whole),
): (fact: Fact) => boolean {
  const answers = new Map<FactId, boolean>();
  const rule = readScope(scope, kept);
  const isManaged = (fact: Fact): boolean => {
    const known = answers.get(fact.id);
    if (known !== undefined) return known;
    // What leads back to itself does not decide.
    answers.set(fact.id, true);
    const hosts = hostsOf(fact, whole);
    const answer = rule.names(fact) && hosts.every(isManaged) && rule.kinds(fact, whole);
    answers.set(fact.id, answer);
    return answer;
  };
  return isManaged;
}

/**
 * What a fact goes with: what it is a part of, what owns it, what it is said of. Not the schema that it lies in, nor the
 * part of another table that it inherits from.
 */
function hostsOf(fact: Fact, whole: Catalog): Fact[] {
  const parts = whole
    .dependencies(fact.id)
    .flatMap(({ to, type }) => (type === "needs" || type === "inherits" ? [] : [to]));
  const parent = whole.get(fact.parent);
  const isInside = parent !== undefined && (!isContainer(parent) || fact.identity.of !== undefined);
  const hosts = isInside ? [parent.id, ...parts] : parts;
  return [...new Set(hosts)].flatMap((id) => whole.get(id) ?? []);
}

const isContainer = ({ identity }: Fact) => kindOf(identity.kind).isContainer === true;

interface Rule {
  readonly names: (fact: Fact) => boolean;
  readonly kinds: (fact: Fact, whole: Catalog) => boolean;
}

function readScope(scope: Scope, kept: readonly KeptTable[]): Rule {
  const own = kept.map(({ path }) => exactPattern(...path));
  const exclude = patterns([...own, ...(scope.exclude ?? [])]);
  const schemas = scope.schemas === undefined ? undefined : patterns(scope.schemas);
  const roles = scope.roles === true || scope.roles === undefined ? scope.roles : patterns(scope.roles);
  const listed = (scope.kinds ?? []).filter((kind) => !kind.startsWith("-"));
  const unlisted = new Set(
    (scope.kinds ?? []).flatMap((kind) => (kind.startsWith("-") ? kind.slice(1) : [])),
  );
  return {
    names: (fact) => {
      const { identity } = fact;
      const { shared } = kindOf(identity.kind);
      if (shared === "settings" && scope.settings !== true) return false;
      if (shared === "roles" && roles !== true) {
        const path = [identity.on ?? identity.name ?? ""];
        if (roles === undefined || !roles.some((one) => covers(one, path))) return false;
      }
      if (identity.of !== undefined) return true;
      const schema = isContainer(fact) ? identity.name : identity.schema;
      if (schema !== undefined && schemas?.some((one) => covers(one, [schema])) === false) return false;
      const path = pathOf(identity);
      const last = exclude.findLast((one) => covers(one, path));
      return last === undefined || last.isTakenBack;
    },
    kinds: (fact, whole) => {
      if (unlisted.has(fact.identity.kind)) return false;
      if (listed.length === 0 || kindOf(fact.identity.kind).shared !== undefined) return true;
      const isListed = (one: Fact): boolean =>
        listed.includes(one.identity.kind) || hostsOf(one, whole).some(isListed);
      return isListed(fact);
    },
  };
}

function pathOf({ schema, on, name: own }: Identity): string[] {
  return [schema, on, own].filter((one) => one !== undefined);
}

function patterns(texts: readonly string[]): Pattern[] {
  return texts.flatMap((text) => readPattern(text) ?? []);
}

/**
 * The scope with its roles told one by one: those that the schema files declare, and those that a pattern without a
 * wildcard names. No others are altered or dropped.
 */
export function withRoles(scope: Scope, declared: readonly string[]): Scope {
  if (scope.roles === undefined) return scope;
  const named = scope.roles === true ? [] : scope.roles.filter((text) => readPattern(text)?.isExact);
  const covered = declared.filter((role) => coversRole(scope, role)).map((role) => exactPattern(role));
  return { ...scope, roles: [...new Set([...named, ...covered])].sort() };
}

export function coversRole(scope: Scope, role: string): boolean {
  if (scope.roles === undefined || scope.roles === true) return scope.roles === true;
  return patterns(scope.roles).some((one) => covers(one, [role]));
}

/** What a scope asks to be read of the server and the database as such. */
export function sharedBy(scope: Scope): readonly Shared[] {
  return [
    ...(scope.roles === undefined ? [] : (["roles"] as const)),
    ...(scope.settings === undefined ? [] : (["settings"] as const)),
  ];
}
