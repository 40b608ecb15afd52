import { z } from "zod";

/** An SQL expression; YAML's numbers and booleans are expressions as well. */
const expression = z.union([z.string().min(1), z.number(), z.boolean()]).transform(String);
const sqlText = z.string().min(1);
const names = z.array(z.string().min(1)).min(1);
const options = z.record(z.string(), expression);

/** What annotations say in SQL files. */
const history = {
  renamed_from: z.string().min(1).optional(),
  new: z.literal(true).optional(),
  comment: z.string().optional(),
};

const deferrable = z.union([z.boolean(), z.literal("initially deferred")]).optional();
const action = z.enum(["no action", "restrict", "cascade", "set null", "set default"]);

const identity = z.strictObject({
  generated: z.enum(["always", "by default"]),
  start: z.int().optional(),
  increment: z.int().optional(),
  min: z.int().optional(),
  max: z.int().optional(),
  cache: z.int().optional(),
  cycle: z.boolean().optional(),
});

const generated = z.strictObject({ expression, kind: z.enum(["stored", "virtual"]) });

const notNull = z.strictObject({
  name: z.string().min(1).optional(),
  no_inherit: z.boolean().optional(),
  not_valid: z.boolean().optional(),
});

const column = z.strictObject({
  type: sqlText,
  collation: sqlText.optional(),
  nullable: z.boolean().optional(),
  /** The name of the NOT NULL constraint, where it is not the one that PostgreSQL gives it; or all that it has. */
  not_null: z.union([z.string().min(1), notNull]).optional(),
  default: expression.optional(),
  identity: z.union([z.enum(["always", "by default"]), identity]).optional(),
  generated: z.union([expression, generated]).optional(),
  primary_key: z.boolean().optional(),
  unique: z.boolean().optional(),
  check: expression.optional(),
  references: sqlText.optional(),
  on_delete: action.optional(),
  on_update: action.optional(),
  storage: z.enum(["plain", "external", "extended", "main", "default"]).optional(),
  compression: sqlText.optional(),
  statistics: z.int().optional(),
  backfill: expression.optional(),
  using: expression.optional(),
  discard: z.literal(true).optional(),
  ...history,
});

const keyOptions = {
  include: names.optional(),
  nulls_not_distinct: z.boolean().optional(),
  deferrable,
  with: options.optional(),
  tablespace: z.string().optional(),
};

const key = z.strictObject({ columns: names, ...keyOptions, ...history });
const primaryKey = z.strictObject({
  name: z.string().min(1).optional(),
  columns: names,
  ...keyOptions,
  ...history,
});

const check = z.strictObject({
  expression,
  no_inherit: z.boolean().optional(),
  not_valid: z.boolean().optional(),
  enforced: z.boolean().optional(),
  ...history,
});

const foreignKey = z.strictObject({
  columns: names,
  references: sqlText,
  on_delete: action.optional(),
  on_update: action.optional(),
  match: z.enum(["simple", "full"]).optional(),
  deferrable,
  not_valid: z.boolean().optional(),
  enforced: z.boolean().optional(),
  ...history,
});

const exclusion = z.strictObject({
  method: sqlText.optional(),
  elements: names,
  where: expression.optional(),
  include: names.optional(),
  deferrable,
  ...history,
});

const index = z.strictObject({
  columns: names,
  unique: z.boolean().optional(),
  method: sqlText.optional(),
  include: names.optional(),
  nulls_not_distinct: z.boolean().optional(),
  where: expression.optional(),
  with: options.optional(),
  tablespace: z.string().optional(),
  online: z.literal(true).optional(),
  ...history,
});

const table = z.strictObject({
  columns: z.record(z.string().min(1), z.union([sqlText, column])).optional(),
  primary_key: z.union([names, primaryKey]).optional(),
  unique: z.record(z.string().min(1), z.union([names, key])).optional(),
  checks: z.record(z.string().min(1), z.union([expression, check])).optional(),
  foreign_keys: z.record(z.string().min(1), foreignKey).optional(),
  exclusions: z.record(z.string().min(1), exclusion).optional(),
  indexes: z.record(z.string().min(1), z.union([names, index])).optional(),
  row_security: z.union([z.boolean(), z.literal("force")]).optional(),
  replica_identity: sqlText.optional(),
  unlogged: z.boolean().optional(),
  inherits: names.optional(),
  partition_by: sqlText.optional(),
  with: options.optional(),
  tablespace: z.string().optional(),
  owner: z.string().optional(),
  grants: z.record(z.string().min(1), names).optional(),
  online: z.literal(true).optional(),
  /** Columns that go for good. */
  discard: names.optional(),
  ...history,
});

const enumValue = z.strictObject({
  value: z.string(),
  renamed_from: z.string().optional(),
  new: z.literal(true).optional(),
});
const enumValues = z.array(z.union([z.string(), enumValue]));
const enumeration = z.strictObject({ values: enumValues, owner: z.string().optional(), ...history });

export const schemaDocument = z.strictObject({
  schema: z.string().min(1).optional(),
  enums: z.record(z.string().min(1), z.union([enumValues, enumeration])).optional(),
  tables: z.record(z.string().min(1), table).optional(),
  /** Tables that go for good. */
  discard: names.optional(),
  sql: z.string().optional(),
});

export type SchemaDocument = z.infer<typeof schemaDocument>;
export type TableEntry = z.infer<typeof table>;
export type ColumnEntry = z.infer<typeof column>;
export type CheckEntry = z.infer<typeof check>;
export type KeyEntry = z.infer<typeof key>;
export type IdentityEntry = z.infer<typeof identity>;
export type EnumEntry = z.infer<typeof enumeration>;
export type History = Pick<ColumnEntry, "renamed_from" | "new" | "backfill" | "using"> & {
  online?: true | undefined;
  discard?: true | readonly string[] | undefined;
};
