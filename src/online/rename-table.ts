import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import type { Rename } from "../plan/rename.js";
import { join, name, sql } from "../sql/sql.js";
import type { Interim } from "./detour.js";
import type { RenameStates } from "./rename-column.js";

type Content = Required<Pick<Interim, "facts" | "edges">>;

/** From this version on a view can look as whoever uses it (manual, CREATE VIEW, security_invoker). */
const invokerSince = 15;

/** Why a table cannot be found under two names; undefined where it can. */
export function tableObstacle(
  { from, to }: Rename,
  { after, wanted }: Pick<RenameStates, "after" | "wanted">,
  major: number,
): string | undefined {
  const [table, final] = [after.get(factId(to)), wanted.get(factId(to))];
  if (!isKind(table, "table") || !isKind(final, "table")) return "it does not stay";
  if (major < invokerSince && hasRowSecurity(table.id, after))
    return `before version ${invokerSince} a view cannot respect its row security`;
  const schema = schemaOf(from);
  if (!after.has(schema) || !wanted.has(schema)) return "its old schema does not stay";
  const { facts } = viewUnder(from, table, after, major);
  const names = new Set(facts.flatMap((fact) => kindOf(fact.identity.kind).occupies?.(fact) ?? []));
  const isTaken = [after, wanted].some((state) =>
    [...state.facts.values()].some((fact) =>
      (kindOf(fact.identity.kind).occupies?.(fact) ?? []).some((one) => names.has(one)),
    ),
  );
  return isTaken ? "something else takes its old name" : undefined;
}

/** The table under its old name, as those have it who use that: a view through which they read and write. */
export function renamedTable(
  { from, to }: Rename,
  catalog: Catalog,
  major: number,
  called: (column: Fact) => string | undefined = () => undefined,
): Content {
  const table = catalog.get(factId(to));
  return isKind(table, "table") ? viewUnder(from, table, catalog, major, called) : { facts: [], edges: [] };
}

function viewUnder(
  from: Identity,
  table: Fact<"table">,
  catalog: Catalog,
  major: number,
  called: (column: Fact) => string | undefined = () => undefined,
): Content {
  const { schema = "", name: own = "" } = from;
  const identity: Identity<"view"> = { kind: "view", schema, name: own };
  const columns = catalog.childrenOfKind(table.id, "column");
  const list = columns.map((column) => {
    const [own, alias] = [name(column.identity.name), called(column)];
    return alias === undefined ? own : sql`${own} AS ${name(alias)}`;
  });
  const view: Fact<"view"> = {
    identity,
    id: factId(identity),
    parent: schemaOf(from),
    attributes: {
      definition: ` SELECT ${join(list).text}\n   FROM ${name(table.identity.schema, table.identity.name).text}`,
      options: looksAsInvoker(table, catalog, major) ? ["security_invoker=true"] : [],
    },
  };
  const facts: Fact[] = [view];
  const edges: Edge[] = [table, ...columns].map(({ id }) => ({ from: view.id, to: id, type: "needs" }));
  /** What is said of the table, said of the view. */
  const copy = (whole: Fact, target: Fact) => {
    for (const part of catalog.children(whole.id)) {
      const isAccess = isKind(part, "privilege") || isKind(part, "owner");
      // What somebody else granted goes by their rights on the table.
      if (!isAccess || part.identity.on !== undefined || part.identity.args !== undefined) continue;
      const its = { ...part.identity, of: target.identity };
      const id = factId(its);
      facts.push({ ...part, identity: its, id, parent: target.id } as Fact);
      const needs = catalog.dependencies(part.id).filter(({ to }) => to !== whole.id);
      edges.push(...needs.map((edge): Edge => ({ ...edge, from: id })));
    }
  };
  copy(table, view);
  for (const column of columns) {
    const part: Identity<"view column"> = {
      ...{ kind: "view column", schema, on: own },
      name: called(column) ?? column.identity.name ?? "",
    };
    const fact: Fact<"view column"> = {
      identity: part,
      id: factId(part),
      parent: view.id,
      attributes: {
        type: column.attributes.type,
        collation: column.attributes.collation,
        ...{ storage: null, compression: null, statistics: null, options: [] },
      },
    };
    facts.push(fact);
    copy(column, fact);
  }
  return { facts, edges };
}

/**
 * A view that looks as whoever uses it asks for rights on all columns that it names, which those lack who may use some
 * columns only. Without row security it gives away nothing to look as the owner: it has the table's grants.
 */
function looksAsInvoker({ id }: Fact, catalog: Catalog, major: number): boolean {
  const isOfColumn = catalog
    .childrenOfKind(id, "column")
    .some((column) => catalog.childrenOfKind(column.id, "privilege").length > 0);
  return major >= invokerSince && (!isOfColumn || hasRowSecurity(id, catalog));
}

function hasRowSecurity(table: FactId, catalog: Catalog): boolean {
  return catalog.childrenOfKind(table, "row security").length > 0;
}

function schemaOf({ schema = "" }: Identity): FactId {
  return factId({ kind: "schema", name: schema });
}
