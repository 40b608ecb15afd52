import { Catalog } from "../../src/catalog/catalog.js";
import type { AttributeValue, Fact, KindName } from "../../src/catalog/fact.js";
import { factId, type Identity } from "../../src/catalog/identity.js";
import type { PlannedStatement } from "../../src/plan/plan.js";
import { raw } from "../../src/sql/sql.js";

interface FactOptions {
  readonly parent?: Fact;
  readonly position?: number;
}

/** A fact with the attributes that a test is about, over those that its kind must have. */
export function fact<K extends KindName>(
  identity: Identity<K>,
  attributes: Readonly<Record<string, AttributeValue>> = {},
  { parent, position }: FactOptions = {},
): Fact<K> {
  return {
    identity,
    id: factId(identity),
    ...(parent === undefined ? {} : { parent: parent.id }),
    ...(position === undefined ? {} : { position }),
    attributes: attributes as unknown as Fact<K>["attributes"],
  };
}

export function catalog(...facts: readonly Fact[]): Catalog {
  return new Catalog({ major: 17, self: "dm", facts, edges: [] });
}

export const app = fact({ kind: "schema", name: "app" });

export const patient = fact(
  { kind: "table", schema: "app", name: "patient" },
  { persistence: "permanent", options: [], tablespace: null, accessMethod: "heap" },
  { parent: app },
);

export const visit = fact(
  { kind: "table", schema: "app", name: "visit" },
  { persistence: "permanent", options: [], tablespace: null, accessMethod: "heap" },
  { parent: app },
);

export function column(
  table: Fact,
  name: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
  position = 1,
): Fact<"column"> {
  const plain = {
    type: "text",
    collation: null,
    identity: null,
    generated: null,
    storage: null,
    compression: null,
    statistics: null,
    options: [],
  };
  const { schema, name: on } = table.identity;
  const identity = { kind: "column", name, ...(schema && { schema }), ...(on && { on }) } as const;
  return fact(identity, { ...plain, ...attributes }, { parent: table, position });
}

export function columnDefault(of: Fact<"column">, expression: string): Fact<"default"> {
  return fact({ ...of.identity, kind: "default" }, { expression }, { parent: of });
}

export function notNull(
  of: Fact<"column">,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): Fact<"not null"> {
  const { schema, on, name } = of.identity;
  const plain = { name: `${on}_${name}_not_null`, validated: true, noInherit: false };
  const identity = {
    kind: "not null",
    ...(schema && { schema }),
    ...(on && { on }),
    ...(name && { name }),
  } as const;
  return fact(identity, { ...plain, ...attributes }, { parent: of });
}

export function comment(of: Fact, text: string): Fact<"comment"> {
  return fact({ kind: "comment", of: of.identity }, { text }, { parent: of });
}

export function primaryKey(table: Fact, name: string, definition: string): Fact<"constraint"> {
  const { schema, name: on } = table.identity;
  return fact(
    { kind: "constraint", name, ...(schema && { schema }), ...(on && { on }) },
    {
      type: "primary key",
      definition,
      deferrable: false,
      deferred: false,
      validated: true,
      enforced: true,
      options: [],
      tablespace: null,
    },
    { parent: table },
  );
}

export function view(name: string, definition: string): Fact<"view"> {
  return fact({ kind: "view", schema: "app", name }, { definition, options: [] }, { parent: app });
}

export function statement(sql: string, about: Fact, commit?: "after" | "alone"): PlannedStatement {
  return {
    sql: raw(sql),
    action: "create",
    facts: [about.id],
    about: about.id,
    losesData: [],
    ...(commit === undefined ? {} : { commit }),
  };
}
