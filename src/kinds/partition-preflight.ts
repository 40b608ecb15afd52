import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { name, raw, sql } from "../sql/sql.js";
import type { Preflight, PreflightContext } from "./define.js";
import { offendingRows } from "./existing-rows.js";
import { partitionedBy, partitionsOf } from "./partition-ties.js";

/**
 * The rows that ATTACH PARTITION would refuse: those of the table that its bounds exclude, and those of the default
 * partition that would belong to the new one (manual, ALTER TABLE, ATTACH PARTITION).
 */
export function partitionPreflight(
  from: Fact<"partition"> | undefined,
  tie: Fact<"partition">,
  context: PreflightContext,
): readonly Preflight[] {
  const bounds = context.bounds?.(tie);
  if (from !== undefined || bounds === undefined) return [];
  const table = { ...tie.identity, kind: "table" } as const;
  const shown = name(table.schema, table.name).text;
  const strays: Preflight = {
    finds: `${shown}: rows that its bounds exclude`,
    query: offendingRows(table, [], sql`NOT (${raw(bounds)})`, context),
  };
  const fallback = defaultPartition(tie, context);
  return [
    ...(hasSameColumns(tie.parent, context) ? [strays] : []),
    ...(fallback === undefined || !hasSameColumns(fallback.parent, context)
      ? []
      : [
          {
            finds: `${name(fallback.identity.schema, fallback.identity.name).text}: rows that belong to ${shown}`,
            query: offendingRows({ ...fallback.identity, kind: "table" }, [], raw(bounds), context),
          },
        ]),
  ];
}

/** The one that is there before and after. */
function defaultPartition(
  tie: Fact<"partition">,
  { current, wanted }: PreflightContext,
): Fact<"partition"> | undefined {
  return partitionsOf(partitionedBy(tie, wanted), wanted).find(
    ({ id, attributes }) => id !== tie.id && attributes.bound === "DEFAULT" && current.has(id),
  );
}

/** Whether rows can be judged as they are. */
function hasSameColumns(table: FactId | undefined, { current, wanted }: PreflightContext): boolean {
  const columnsIn = (catalog: Catalog) =>
    table === undefined ? [] : catalog.childrenOfKind(table, "column");
  const types = new Map(columnsIn(current).map(({ id, attributes }) => [id, attributes.type]));
  return columnsIn(wanted).every(({ id, attributes }) => types.get(id) === attributes.type);
}
