import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { comesBack } from "../kinds/lossless.js";
import { name, sql } from "../sql/sql.js";
import type { OnlineContext } from "./context.js";
import { dependentsOf } from "./dependents.js";
import type { Interim, Work } from "./detour.js";
import { inStep } from "./rename-column.js";
import type { Spread } from "./spread.js";
import { isOther } from "./sync.js";
import type { TwinValues } from "./twin-values.js";
import type { Twin } from "./twins.js";

/*
 * Columns that have another name and get another type: until the cleanup a third column has the old name and the old type.
 */

/** The column that has the name that the twin's had before, where both names are in use. */
export function formerOf({ current }: Twin, { renamed }: OnlineContext): Fact<"column"> | undefined {
  return renamed?.columns.find((one) => one.isRetyped && one.after.id === current.id)?.before;
}

/** The same values, once the old column has them again. */
export function fillFormer(twin: Twin, context: OnlineContext): Work[] {
  const former = formerOf(twin, context);
  if (former === undefined) return [];
  const [own, from] = [name(former.identity.name), name(twin.stale.name)];
  const table = name(twin.stale.schema, twin.stale.on);
  return [
    {
      turn: "way back",
      about: twin.table.id,
      facts: [former.id],
      sql: sql`UPDATE ${table} SET ${own} = ${from} WHERE ${isOther(own, from)}`,
    },
  ];
}

/** What is given under old names is taken in by the triggers of the renames; those know no other type. */
export function formersInStep(
  spread: Spread,
  group: readonly Twin[],
  values: TwinValues,
  context: OnlineContext,
  asOwner: Catalog | undefined,
): Interim[] {
  const { renamed } = context;
  const given = group.flatMap((twin) => {
    const former = formerOf(twin, context)?.identity.name;
    return former === undefined ? [] : [values.given(twin, former)];
  });
  if (renamed === undefined || given.length === 0) return [];
  const own = new Set(group.map((twin) => twin.current.id));
  const others = renamed.columns.filter(
    ({ table, after }) => table.id === spread.table.id && !own.has(after.id),
  );
  return [
    ...inStep(spread, others, renamed.states, { more: given, asOwner }),
    ...group.flatMap((twin) => refusing(twin, context)),
  ];
}

/** Those whose type gets another name in the swap, with what hangs on them and goes with them. */
export function formersOfType(twins: readonly Twin[], context: OnlineContext): FactId[] {
  const { current, wanted } = context;
  return twins
    .flatMap((twin) => (twin.type === undefined ? [] : (formerOf(twin, context) ?? [])))
    .flatMap(({ id }) => [id, ...dependentsOf([id], current).map((dependent) => dependent.id)])
    .filter((id) => !wanted.has(id));
}

/** As PostgreSQL prints them then. */
export function formersMeanwhile(twins: readonly Twin[], context: OnlineContext, stale: Catalog): Interim[] {
  const facts = formersOfType(twins, context).flatMap((id) => stale.get(id) ?? []);
  if (facts.length === 0) return [];
  return [
    { from: "swap", until: "cleanup", facts, edges: facts.flatMap(({ id }) => stale.dependencies(id)) },
  ];
}

/** Unique indexes under the old name go where several new values may be one old one. */
function refusing(twin: Twin, context: OnlineContext): Interim[] {
  const former = formerOf(twin, context);
  if (former === undefined || comesBack(twin.wanted, twin.current, context)) return [];
  const { current } = context;
  const unique = current.dependents(former.id).filter(({ from }) => {
    const index = current.get(from);
    return isKind(index, "index") && index.attributes.unique;
  });
  return unique.length === 0
    ? []
    : [{ from: "swap", until: "cleanup", absent: unique.map(({ from }) => from) }];
}
