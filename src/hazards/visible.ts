import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { theOwner } from "../kinds/grants.js";
import type { PlannedStatement } from "../plan/plan.js";
import { enumerated, type Hazard } from "./codes.js";
import type { States } from "./facts.js";

/** The columns that are in quarantine in a table before the plan, by its id in it. */
export type Quarantined = (table: FactId) => readonly string[];

/**
 * What is in quarantine where it stands belongs to its table, and so to those who may read all of that (manual, GRANT)
 * and to publications of all its columns. Told when a column is put away, and when somebody new comes to see it.
 * @param told tables that have been told of.
 */
export function staysReadable(
  statement: PlannedStatement,
  { wanted: { whole: wanted }, current: { whole: current } }: States,
  quarantined: Quarantined,
  told: Set<FactId>,
): Hazard[] {
  const { action, about, facts } = statement;
  const table = wanted.get(about);
  if (action === "archive" && isKind(table, "table") && current.has(about)) {
    if (told.has(about)) return [];
    told.add(about);
    const readers = wanted.children(about).flatMap((fact) => readerOf(fact));
    const publications = publishing(table, wanted);
    return [
      ...(readers.length === 0
        ? []
        : [said(`what goes to quarantine in ${about} can still be read by ${enumerated(readers)}`)]),
      ...publications.map((one) =>
        said(`what goes to quarantine in ${about} is still published by ${one}: subscribers without it stop`),
      ),
    ];
  }
  if (action !== "create" && action !== "alter") return [];
  return facts.flatMap((id) => {
    const fact = wanted.get(id);
    const columns = fact?.parent === undefined ? [] : quarantined(fact.parent);
    const before = current.get(id);
    if (fact === undefined || columns.length === 0) return [];
    const of = `of ${fact.parent}, which ${columns.length === 1 ? "is" : "are"} in quarantine`;
    return [
      ...readerOf(fact)
        .filter(() => before === undefined || readerOf(before).length === 0)
        .map((reader) => said(`${reader} can read ${enumerated(columns)} ${of}`)),
      ...publicationOf(fact)
        .filter(() => before === undefined || publicationOf(before).length === 0)
        .map((one) => said(`${one} publishes ${enumerated(columns)} ${of}`)),
    ];
  });
}

const said = (what: string): Hazard => ({ code: "STAYS_READABLE", what });

/** The role that a privilege on a table lets read all of it. */
function readerOf(fact: Fact): string[] {
  if (!isKind(fact, "privilege") || fact.identity.on !== undefined) return [];
  const { granted, grantable } = fact.attributes;
  const { name: role = "" } = fact.identity;
  return role !== theOwner && [...granted, ...grantable].includes("SELECT") ? [role] : [];
}

/** The publication that has all columns of a table, by what it says of the table. */
function publicationOf(fact: Fact): string[] {
  return isKind(fact, "publication table") && fact.attributes.columns.length === 0
    ? [`publication ${fact.identity.name}`]
    : [];
}

function publishing({ id, parent }: Fact, catalog: Catalog): string[] {
  const members = [
    ...catalog.children(id).flatMap(publicationOf),
    ...(parent === undefined ? [] : catalog.childrenOfKind(parent, "publication schema")).map(
      ({ identity }) => `publication ${identity.name}`,
    ),
    ...[...catalog.ofKind("publication")]
      .filter(({ attributes }) => attributes.allTables)
      .map(({ identity }) => `publication ${identity.name}`),
  ];
  return [...new Set(members)];
}
