import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import type { Statement } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import type { PlannedStatement } from "../plan/plan.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { blocks, strengthOf } from "./measure.js";
import type { Measurements, ProofResult } from "./prove.js";
import { segments } from "./run.js";

/** The way there and the way back between two states. */
interface Ways {
  readonly current: Catalog;
  readonly wanted: Catalog;
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
}

/** A table that is locked before its partitions are. */
interface Ahead {
  readonly table: FactId;
  readonly address: Sql;
  readonly mode: string;
}

/**
 * Whoever reads or writes a partitioned table locks it first, and then its partitions. A transaction that is measured to
 * do it the other way round would be in a deadlock with them: it takes the table's lock first, as strong as it will be.
 * @returns nothing where all is in order.
 */
function parentsFirst(
  statements: readonly PlannedStatement[],
  measurements: Measurements,
  states: readonly [Catalog, Catalog],
): readonly PlannedStatement[] | undefined {
  const tree = new Tree(states);
  const ahead = new Map<Statement, readonly Ahead[]>();
  for (const { statements: part, alone } of segments(statements)) {
    if (!alone)
      for (const [statement, locks] of locksAhead(part, measurements, tree)) ahead.set(statement, locks);
  }
  if (ahead.size === 0) return undefined;
  return statements.flatMap((statement) => {
    const locks = ahead.get(statement) ?? [];
    if (locks.length === 0) return [statement];
    const { begins, ...rest } = statement;
    return [
      ...locks.map((lock, at) => ({ ...lockStatement(lock), ...(at === 0 && begins && { begins }) })),
      rest,
    ];
  });
}

/** The same for a way there and its way back; nothing where both are in order. */
export function waysParentsFirst<W extends Ways>(
  ways: W,
  proof: Pick<ProofResult, "up" | "down">,
): W | undefined {
  const { current, wanted } = ways;
  const up = parentsFirst(ways.up, proof.up, [current, wanted]);
  const down = parentsFirst(ways.down, proof.down, [wanted, current]);
  return up === undefined && down === undefined
    ? undefined
    : { ...ways, up: up ?? ways.up, down: down ?? ways.down };
}

function lockStatement({ table, address, mode }: Ahead): PlannedStatement {
  return {
    sql: sql`LOCK TABLE ONLY ${address} IN ${raw(mode)} MODE`,
    ...{ action: "alter", about: table, facts: [], losesData: [], attributes: [] },
  };
}

/** What has to be locked before which statement of a transaction, from the top down. */
function locksAhead(
  part: readonly Statement[],
  measurements: Measurements,
  tree: Tree,
): Map<Statement, Ahead[]> {
  const taken = part.map(
    (statement) =>
      new Map(
        (measurements.get(statement)?.locks ?? [])
          .filter(({ mode }) => blocks(mode))
          .map(({ relation, mode }) => [relation, mode]),
      ),
  );
  const found = new Map<Statement, Ahead[]>();
  for (const { relation: above, ...place } of tree.above(taken.flatMap((locks) => [...locks.keys()]))) {
    const modes = taken.flatMap((locks) => locks.get(above) ?? []);
    const mode = modes.toSorted((a, b) => strengthOf(b) - strengthOf(a))[0];
    if (mode === undefined) continue;
    const below = taken.map((locks) => [...locks.keys()].some((relation) => tree.isBelow(relation, above)));
    const isHeld = taken.findIndex((locks) => locks.get(above) === mode);
    if (!below.slice(0, isHeld).includes(true)) continue;
    const first = part[taken.findIndex((locks, at) => below[at] === true || locks.has(above))];
    if (first !== undefined) found.set(first, [...(found.get(first) ?? []), { ...place, mode }]);
  }
  return found;
}

/** Tables that inherit from others before and after, by the names that measurements have. */
class Tree {
  readonly #parents = new Map<string, readonly string[]>();
  readonly #tables = new Map<string, Omit<Ahead, "mode">>();

  constructor([current, wanted]: readonly [Catalog, Catalog]) {
    const addressOf = ({ schema, name: own }: { schema?: string; name?: string }) => name(schema, own);
    for (const { id, identity } of current.ofKind("table")) {
      const relation = addressOf(identity);
      this.#tables.set(relation.text, { table: id, address: relation });
      const ties = current
        .children(id)
        .filter((part) => kindOf(part.identity.kind).isTie !== undefined && wanted.has(part.id));
      const parents = ties.flatMap((tie) =>
        current.dependencies(tie.id).flatMap(({ to }) => {
          const above = to === id ? undefined : current.get(to);
          return above?.identity.kind === "table" && wanted.has(to) ? [addressOf(above.identity).text] : [];
        }),
      );
      if (parents.length > 0) this.#parents.set(relation.text, parents);
    }
  }

  /** What these inherit from, those at the top first. */
  above(relations: readonly string[]): (Omit<Ahead, "mode"> & { readonly relation: string })[] {
    const all = new Set(relations.flatMap((relation) => this.#ancestors(relation)));
    const depth = (relation: string) => this.#ancestors(relation).length;
    return [...all]
      .toSorted((a, b) => depth(a) - depth(b))
      .flatMap((relation) => {
        const place = this.#tables.get(relation);
        return place === undefined ? [] : [{ relation, ...place }];
      });
  }

  isBelow(relation: string, above: string): boolean {
    return this.#ancestors(relation).includes(above);
  }

  #ancestors(relation: string): string[] {
    return (this.#parents.get(relation) ?? []).flatMap((parent) => [parent, ...this.#ancestors(parent)]);
  }
}
