import type { Catalog } from "../catalog/catalog.js";
import type { Edge, Fact } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { everyone } from "../kinds/grants.js";
import { join, literal, name, type Sql, sql } from "../sql/sql.js";
import { interimName } from "./names.js";

/** A trigger that keeps columns of a row right, with its function. */
export interface Sync {
  readonly facts: readonly Fact[];
  readonly edges: readonly Edge[];
}

interface SyncOptions {
  readonly own?: string;
  /** Whether it runs before all others. */
  readonly isFirst?: boolean;
  /**
   * The state in which the table has its owner, where the statements ask for what the table's owner may and who writes
   * perhaps may not: they give a row what the backfill, too, gives it.
   */
  readonly asOwner?: Catalog | undefined;
}

/**
 * A trigger before INSERT and UPDATE that runs these statements on NEW. Triggers fire in the order of their names
 * (manual, Overview of Trigger Behavior): this one sees what the others made of the row, unless it is to be the first.
 */
export function syncTrigger(
  table: Fact,
  body: readonly Sql[],
  { own = interimName("sync", table.id), isFirst = false, asOwner }: SyncOptions = {},
): Sync {
  const { schema = "", name: on = "" } = table.identity;
  const routine: Identity<"function"> = { kind: "function", schema, name: own, args: [] };
  const path = join([...new Set([schema, "public", "pg_temp"])].map((one) => literal(one)));
  const lines = [
    "#variable_conflict use_column",
    "BEGIN",
    ...body.map(({ text }) => text),
    "RETURN NEW;",
    "END",
  ];
  const definition = [
    "()",
    " RETURNS trigger",
    " LANGUAGE plpgsql",
    ...(asOwner === undefined ? [] : [" SECURITY DEFINER"]),
    ` SET search_path TO ${path.text}`,
    `AS $dm_sync$\n${lines.join("\n")}\n$dm_sync$`,
  ].join("\n");
  const functionFact: Fact<"function"> = {
    identity: routine,
    id: factId(routine),
    parent: factId({ kind: "schema", name: schema }),
    attributes: {
      definition,
      result: "trigger",
      parameters: [],
      window: false,
      defaults: 0,
      language: "plpgsql",
    },
  };
  const identity: Identity<"trigger"> = {
    kind: "trigger",
    schema,
    on,
    name: `${isFirst ? "!" : "~"}${own}`,
  };
  const trigger: Fact<"trigger"> = {
    identity,
    id: factId(identity),
    parent: table.id,
    attributes: {
      definition: ` BEFORE INSERT OR UPDATE ON ${name(schema, on).text} FOR EACH ROW EXECUTE FUNCTION ${name(schema, own).text}()`,
      constraint: false,
      enabled: "origin",
    },
  };
  const rights = asOwner === undefined ? [] : ownersAlone(functionFact, table, asOwner);
  return {
    facts: [functionFact, ...rights, trigger],
    edges: [{ from: trigger.id, to: functionFact.id, type: "needs" }],
  };
}

/**
 * A function with its owner's rights belongs to the table's owner, not to the role that dm connects as, and nobody else
 * can make a trigger of it (manual, CREATE FUNCTION, Writing SECURITY DEFINER Functions Safely).
 */
function ownersAlone({ identity, id }: Fact<"function">, table: Fact, catalog: Catalog): Fact[] {
  const [owner] = catalog.childrenOfKind(table.id, "owner");
  const part = <K extends "owner" | "privilege">(of: Identity<K>, attributes: Fact<K>["attributes"]) => ({
    ...{ identity: of, id: factId(of), parent: id, attributes },
  });
  return [
    ...(owner === undefined ? [] : [part({ kind: "owner", of: identity }, owner.attributes)]),
    part(
      { kind: "privilege", of: identity, name: everyone },
      { granted: [], grantable: [], revoked: ["EXECUTE"] },
    ),
  ];
}

/** `NEW.column := value`. */
export function assign(column: string, value: Sql): Sql {
  return sql`NEW.${name(column)} := ${value};`;
}

/** The value of an expression over the row as it is about to be written. */
export function overRow(table: Fact, expression: Sql): Sql {
  return sql`(SELECT (${expression}) FROM (SELECT NEW.*) AS ${name(table.identity.name)})`;
}

/** Whether an UPDATE gives the column another value. */
export function isChanged(column: string): Sql {
  return sql`TG_OP = 'UPDATE' AND ${isOther(sql`NEW.${name(column)}`, sql`OLD.${name(column)}`)}`;
}

/** Whether values differ as they are stored, so that types without an equality compare, too. */
export function isOther(a: Sql, b: Sql): Sql {
  return sql`ROW(${a})::record OPERATOR(pg_catalog.*<>) ROW(${b})::record`;
}
