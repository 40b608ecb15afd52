import { quoteIdentifier, quoteLiteral } from "../../src/sql/quote.js";
import {
  boundOf,
  childrenOf,
  columnsOf,
  isAttached,
  keyColumns,
  neededInKeys,
  partitionKey,
  relationOf,
} from "./columns.js";
import type {
  Column,
  ForeignKey,
  Grant,
  Index,
  InSchema,
  Key,
  Named,
  Relation,
  Routine,
  State,
  Trigger,
} from "./model.js";
import { createServerWide } from "./server-wide.js";
import { optionsClause } from "./sorts/foreign.js";
import { sortOf } from "./sorts/index.js";
import type { Part, See } from "./sorts/sort.js";
import { hasGistOfScalars, isTemporal } from "./temporal-types.js";

/** The state as SQL, in an order that loads. What refers to something that is gone is left out. */
export function render(state: State): string {
  return new Renderer(state).statements().join(";\n");
}

const q = quoteIdentifier;
const words: Readonly<Record<Relation["kind"], string>> = {
  table: "TABLE",
  view: "VIEW",
  "materialized view": "MATERIALIZED VIEW",
  "foreign table": "FOREIGN TABLE",
};

const isTable = ({ kind }: Relation) => kind === "table" || kind === "foreign table";

class Renderer implements See {
  readonly #state: State;
  readonly #out: string[] = [];
  /** Relations that exist by now, and the names of their columns by id. */
  readonly #made = new Map<number, Map<number, string>>();
  readonly #routines = new Set<number>();
  readonly #parts = new Set<number>();
  /** Keys that were made. */
  readonly #keys = new Set<number>();
  readonly major: number;

  constructor(state: State) {
    this.#state = state;
    this.major = state.major;
  }

  statements(): string[] {
    const { schemas, enums, domains, sequences, functions, relations } = this.#state;
    if (this.#state.server !== undefined) this.#out.push(...createServerWide(this.#state.server, this.major));
    for (const schema of schemas) {
      if (schema.name !== "public") this.#out.push(`CREATE SCHEMA ${q(schema.name)}`);
      if (schema.name !== "public") this.#satellites(`SCHEMA ${q(schema.name)}`, schema);
    }
    if (this.#state.defaultsFirst) this.#defaultPrivileges();
    for (const one of enums) {
      const labels = one.labels.map(quoteLiteral).join(", ");
      this.#out.push(`CREATE TYPE ${this.#name(one)} AS ENUM (${labels})`);
      this.#satellites(`TYPE ${this.#name(one)}`, one);
    }
    for (const one of domains) this.#domain(one);
    for (const part of this.#state.parts) this.#part(part, "before tables");
    for (const one of sequences) {
      this.#out.push(`CREATE SEQUENCE ${this.#name(one)} ${one.options}`);
    }
    for (const one of functions.filter(({ role }) => role !== "alone")) this.#routine(one);
    for (const one of relations.filter(isTable)) this.#table(one);
    for (const one of relations) this.#foreignKeys(one);
    for (const one of sequences) this.#own(one);
    for (const one of relations.filter((one) => !isTable(one))) this.#view(one);
    for (const one of functions.filter(({ role }) => role === "alone")) this.#routine(one);
    for (const one of relations) this.#attachments(one);
    for (const part of this.#state.parts) this.#part(part, "after tables");
    if (!this.#state.defaultsFirst) this.#defaultPrivileges();
    return this.#out;
  }

  schema(id: number): string {
    return this.#state.schemas.find((schema) => schema.id === id)?.name ?? "public";
  }

  name({ schema, name }: InSchema, other = name): string {
    return `${q(this.schema(schema))}.${q(other)}`;
  }

  #name(one: InSchema): string {
    return this.name(one);
  }

  part(id: number | undefined): Part | undefined {
    return this.#state.parts.find((part) => part.id === id && this.#parts.has(part.id));
  }

  type(id: string | number): string | undefined {
    return this.#type({ type: id, array: false });
  }

  relation(id: number | undefined): ReturnType<See["relation"]> {
    const relation = relationOf(this.#state, id);
    const columns = id === undefined ? undefined : this.#made.get(id);
    return relation === undefined || columns === undefined
      ? undefined
      : { relation, name: this.#name(relation), columns };
  }

  isBuiltIn(relation: Relation, column: number | undefined): boolean {
    const found = columnsOf(this.#state, relation).find(({ id }) => id === column);
    return (
      found !== undefined &&
      typeof found.type === "string" &&
      typeof found.collation !== "number" &&
      found.generated === undefined
    );
  }

  routine(id: number | undefined): string | undefined {
    const found = this.#state.functions.find((one) => one.id === id);
    return found !== undefined && this.#routines.has(found.id) ? this.#name(found) : undefined;
  }

  #part(part: Part, stage: "before tables" | "after tables"): void {
    const sort = sortOf(part.sort);
    if (sort.stage !== stage) return;
    const statements = sort.create(part, this);
    if (statements === undefined) return;
    this.#parts.add(part.id);
    this.#out.push(...statements);
    if (sort.address === undefined) return;
    const { owner, grants, ...rest } = part;
    const address = sort.address(part, this);
    const isShell = part.choice.isShell === true;
    const satellites = {
      ...rest,
      ...(owner !== undefined && sort.owned === true ? { owner } : {}),
      ...(grants !== undefined && !isShell ? { grants } : {}),
    };
    this.#satellites(address, satellites, sort.grantedAs?.(part, this) ?? address);
  }

  /** A primary key and an identity need a NOT NULL that is valid and inherited. */
  #isBound(table: Relation, column: Column): boolean {
    const isKey = (one: Relation) =>
      one.keys.some((key) => key.type === "PRIMARY KEY" && keyColumns(key).includes(column.id));
    return column.identity !== undefined || [table, ...childrenOf(this.#state, table)].some(isKey);
  }

  #isNotValid(table: Relation, column: Column): boolean {
    return column.constraint?.notValid === true && !this.#isBound(table, column);
  }

  #satellites(address: string, { comment, owner, grants }: Named, noun = address): void {
    if (comment !== undefined) this.#out.push(`COMMENT ON ${address} IS ${quoteLiteral(comment)}`);
    if (owner !== undefined) this.#out.push(`ALTER ${address} OWNER TO ${q(owner)}`);
    for (const grant of grants ?? []) this.#grant(grant, grant.privileges.join(", "), noun);
  }

  #grant({ role, grantable, by }: Grant, privileges: string, noun: string): void {
    const to = role === "public" ? "PUBLIC" : q(role);
    const grant = `GRANT ${privileges} ON ${noun} TO`;
    const option = " WITH GRANT OPTION";
    if (by !== undefined) {
      const schemas = this.#state.schemas.map(({ name }) => q(name)).join(", ");
      this.#out.push(`GRANT USAGE ON SCHEMA ${schemas} TO ${q(by)}`, `${grant} ${q(by)}${option}`);
      this.#out.push(`SET ROLE ${q(by)}`);
    }
    this.#out.push(`${grant} ${to}${grantable ? option : ""}`);
    if (by !== undefined) this.#out.push("RESET ROLE");
  }

  #domain(one: State["domains"][number]): void {
    const { type, collation, notNull, checks } = one;
    const parts = [`CREATE DOMAIN ${this.#name(one)} AS ${type}`];
    if (collation !== undefined) parts.push(`COLLATE ${q(collation)}`);
    if (one.default !== undefined) parts.push(`DEFAULT ${one.default}`);
    if (notNull) parts.push("NOT NULL");
    this.#out.push(parts.join(" "));
    for (const { name, expression, notValid } of checks) {
      const suffix = notValid ? " NOT VALID" : "";
      this.#out.push(
        `ALTER DOMAIN ${this.#name(one)} ADD CONSTRAINT ${q(name)} CHECK (${expression})${suffix}`,
      );
    }
    this.#satellites(`DOMAIN ${this.#name(one)}`, one);
  }

  #routine(one: Routine): void {
    const relation = one.relation === undefined ? undefined : this.#relation(one.relation);
    if (one.relation !== undefined && relation === undefined) return;
    const fill = (text: string) => text.replaceAll("{relation}", () => relation ?? "");
    const noun = one.procedure ? "PROCEDURE" : "FUNCTION";
    const body = one.body.startsWith("$f$") ? `AS ${one.body}` : fill(one.body);
    this.#out.push(`CREATE ${noun} ${this.#name(one)}${fill(one.signature)} ${one.attributes} ${body}`);
    this.#satellites(`${noun} ${this.#name(one)}(${fill(one.argumentTypes)})`, one);
    this.#routines.add(one.id);
  }

  #relation(id: number): string | undefined {
    return this.relation(id)?.name;
  }

  #type({ type, array }: Pick<Column, "type" | "array">): string | undefined {
    const { enums, domains } = this.#state;
    const user =
      [...enums, ...domains].find(({ id }) => id === type) ??
      (typeof type === "number" ? this.part(type) : undefined);
    const text = typeof type === "string" ? type : user === undefined ? undefined : this.#name(user);
    return text === undefined ? undefined : `${text}${array ? "[]" : ""}`;
  }

  #call(id: number | undefined, argument: string): string | undefined {
    const found = this.#state.functions.find((one) => one.id === id);
    return found === undefined ? undefined : `${this.#name(found)}(${argument})`;
  }

  #table(table: Relation): void {
    const state = this.#state;
    const all = columnsOf(state, table).filter((column) => this.#type(column) !== undefined);
    const names = new Map(all.map(({ id, name }) => [id, q(name)]));
    const server = this.part(table.server);
    const type = this.part(table.ofType);
    const isForeign = table.kind === "foreign table";
    if (isForeign && server === undefined) return;
    this.#made.set(table.id, names);
    const attached = isAttached(state, table);
    const parents = (table.inherits ?? []).flatMap((id) => this.relation(id) ?? []);
    const inherited = new Set(parents.flatMap(({ columns: list }) => [...list.keys()]));
    const columns = attached || type !== undefined ? [] : all.filter(({ id }) => !inherited.has(id));
    const isPartitioned = partitionKey(state, table) !== undefined;
    const unlogged = table.unlogged && !isPartitioned ? "UNLOGGED " : "";
    const root = relationOf(state, table.parent?.table);
    const lines = columns.map((column) => `  ${this.#column(table, column, names)}`);
    const parts = [
      `CREATE ${isForeign ? "FOREIGN " : unlogged}TABLE ${this.#name(table)}`,
      attached && root !== undefined
        ? `PARTITION OF ${this.#name(root)} ${boundOf(state, table)}`
        : type !== undefined
          ? `OF ${this.#name(type)}`
          : `(\n${lines.join(",\n")}\n)`,
      parents.length > 0 ? `INHERITS (${parents.map(({ name }) => name).join(", ")})` : "",
      this.#partitionBy(table, names),
      table.options.length > 0 && !isPartitioned && !isForeign ? `WITH (${table.options.join(", ")})` : "",
      isForeign && server !== undefined
        ? `SERVER ${q(server.name)}${optionsClause(table.foreignOptions ?? {})}`
        : "",
    ];
    this.#out.push(parts.filter((part) => part !== "").join(" "));
    const alter = `ALTER TABLE ${this.#name(table)}`;
    for (const column of columns) {
      const { storage, statistics, nDistinct } = column;
      const alterColumn = `${alter} ALTER COLUMN ${q(column.name)}`;
      if (storage !== undefined) this.#out.push(`${alterColumn} SET STORAGE ${storage}`);
      if (statistics !== undefined && column.generated?.virtual !== true) {
        this.#out.push(`${alterColumn} SET STATISTICS ${statistics}`);
      }
      if (nDistinct !== undefined) this.#out.push(`${alterColumn} SET (n_distinct=${nDistinct})`);
    }
    this.#overrides(table, columns, names);
    for (const column of columns) this.#notNull(table, column);
    for (const key of table.keys) this.#key(table, key, names);
    for (const check of table.checks) {
      const column = names.get(check.column);
      if (column === undefined) continue;
      const call = this.#call(check.helper, column);
      const expression =
        call === undefined ? check.expression.replaceAll("{column}", () => column) : `${call} > -1000`;
      const suffix = check.notEnforced ? " NOT ENFORCED" : check.notValid ? " NOT VALID" : "";
      this.#out.push(`${alter} ADD CONSTRAINT ${q(check.name)} CHECK (${expression})${suffix}`);
      this.#comment(`CONSTRAINT ${q(check.name)} ON ${this.#name(table)}`, check.comment);
    }
    const { exclusion } = table;
    const excluded =
      exclusion === undefined || isPartitioned || isForeign ? undefined : names.get(exclusion.column);
    if (exclusion !== undefined && excluded !== undefined) {
      const where = exclusion.where ? ` WHERE (NOT isempty(${excluded}))` : "";
      const text = `EXCLUDE USING gist (${excluded} WITH &&)${where} ${exclusion.deferral}`;
      this.#out.push(`${alter} ADD CONSTRAINT ${q(exclusion.name)} ${text}`);
    }
  }

  #partitionBy(table: Relation, names: ReadonlyMap<number, string>): string {
    const key = partitionKey(this.#state, table);
    const name = key === undefined ? undefined : names.get(key.id);
    return name === undefined ? "" : `PARTITION BY ${table.partitionBy?.strategy} (${name})`;
  }

  #overrides(table: Relation, own: readonly Column[], names: ReadonlyMap<number, string>): void {
    for (const { column, default: made, notNull, statistics, comment } of table.overrides) {
      const name = names.get(column);
      if (name === undefined || own.some(({ id }) => id === column)) continue;
      const found = columnsOf(this.#state, table).find(({ id }) => id === column);
      const alter = `ALTER TABLE ${this.#name(table)} ALTER COLUMN ${name}`;
      const isFree = found?.generated === undefined && found?.identity === undefined;
      if (made !== undefined && isFree) this.#out.push(`${alter} SET DEFAULT ${made}`);
      if (notNull === true) this.#out.push(`${alter} SET NOT NULL`);
      if (statistics !== undefined && found?.generated?.virtual !== true)
        this.#out.push(`${alter} SET STATISTICS ${statistics}`);
      this.#comment(`COLUMN ${this.#name(table)}.${name}`, comment);
    }
  }

  #column(table: Relation, column: Column, names: ReadonlyMap<number, string>): string {
    const parts = [q(column.name), this.#type(column)];
    const isForeign = table.kind === "foreign table";
    if (column.compression !== undefined && !isForeign) parts.push(`COMPRESSION ${column.compression}`);
    const collation = this.#collation(column);
    if (collation !== undefined) parts.push(`COLLATE ${collation}`);
    const isPartitioned = partitionKey(this.#state, table) !== undefined;
    if (column.notNull && !this.#isNotValid(table, column)) {
      const { constraint } = column;
      if (constraint !== undefined) parts.push(`CONSTRAINT ${q(constraint.name)}`);
      parts.push("NOT NULL");
      if (constraint?.noInherit === true && !isPartitioned && !this.#isBound(table, column))
        parts.push("NO INHERIT");
    }
    const source = column.generated && names.get(column.generated.from);
    if (column.generated !== undefined) {
      const { expression, virtual, by } = column.generated;
      const text =
        source === undefined
          ? undefined
          : expression === "lower"
            ? `lower(${source})`
            : expression === "double"
              ? `(${source} * 2)`
              : this.#call(by, source);
      if (text !== undefined) parts.push(`GENERATED ALWAYS AS (${text}) ${virtual ? "VIRTUAL" : "STORED"}`);
    } else if (column.identity !== undefined && !isForeign) parts.push(column.identity);
    else if (column.default !== undefined) {
      const text = this.#default(column.default);
      if (text !== undefined) parts.push(`DEFAULT ${text}`);
    }
    return parts.join(" ");
  }

  #collation({ collation }: Column): string | undefined {
    if (typeof collation !== "number") return collation === undefined ? undefined : q(collation);
    const part = this.part(collation);
    return part === undefined ? undefined : this.#name(part);
  }

  #default(made: NonNullable<Column["default"]>): string | undefined {
    if ("sql" in made) return made.sql;
    if ("helper" in made) return this.#call(made.helper, "1");
    const sequence = this.#state.sequences.find(({ id }) => id === made.sequence);
    return sequence === undefined ? undefined : `nextval(${quoteLiteral(this.#name(sequence))})`;
  }

  #notNull(table: Relation, column: Column): void {
    const { constraint, notNull } = column;
    if (constraint === undefined || !notNull) return;
    const isPartitioned = partitionKey(this.#state, table) !== undefined;
    if (this.#isNotValid(table, column)) {
      const inherit = constraint.noInherit && !isPartitioned ? " NO INHERIT" : "";
      this.#out.push(
        `ALTER TABLE ${this.#name(table)} ADD CONSTRAINT ${q(constraint.name)} NOT NULL ${q(column.name)}${inherit} NOT VALID`,
      );
    }
    this.#comment(`CONSTRAINT ${q(constraint.name)} ON ${this.#name(table)}`, constraint.comment);
  }

  #key(table: Relation, key: Key, names: ReadonlyMap<number, string>): void {
    const list = (ids: readonly number[]) =>
      ids.map((id) => names.get(id)).filter((name) => name !== undefined);
    const columns = list(key.columns);
    if (table.kind !== "table" || columns.length < key.columns.length || columns.length === 0) return;
    if (neededInKeys(this.#state, table).some((id) => !key.columns.includes(id))) return;
    const hasPrimary = table.keys.some(({ id, type }) => type === "PRIMARY KEY" && this.#keys.has(id));
    if (key.type === "PRIMARY KEY" && (hasPrimary || this.#hasInheritedKey(table))) return;
    const isVirtual = ({ id, generated }: Column) =>
      generated?.virtual === true && [...keyColumns(key), ...key.include].includes(id);
    if (columnsOf(this.#state, table).some(isVirtual)) return;
    const period = key.period === undefined ? undefined : names.get(key.period);
    if (key.period !== undefined && (period === undefined || !this.#isTemporal(table, key))) return;
    const include = list(key.include.filter((id) => !keyColumns(key).includes(id)));
    const parts = [
      `ALTER TABLE ${this.#name(table)} ADD`,
      key.name === undefined ? "" : `CONSTRAINT ${q(key.name)}`,
      key.type,
      key.nullsNotDistinct ? "NULLS NOT DISTINCT" : "",
      `(${columns.join(", ")}${period === undefined ? "" : `, ${period} WITHOUT OVERLAPS`})`,
      include.length > 0 ? `INCLUDE (${include.join(", ")})` : "",
      key.deferral,
    ];
    this.#out.push(parts.filter((part) => part !== "").join(" "));
    this.#keys.add(key.id);
    if (key.name !== undefined)
      this.#comment(`CONSTRAINT ${q(key.name)} ON ${this.#name(table)}`, key.comment);
  }

  #isTemporal(table: Relation, key: Key): boolean {
    const all = columnsOf(this.#state, table);
    const find = (id: number | undefined) => all.find((column) => column.id === id);
    const hasGist = hasGistOfScalars(this.#state, (id) => this.#parts.has(id));
    return isTemporal(this.#state, key.columns.map(find), find(key.period), hasGist);
  }

  /** Whether the primary key of what it is a partition of is the table's, too. */
  #hasInheritedKey(table: Relation): boolean {
    const root = relationOf(this.#state, table.parent?.table);
    if (root === undefined || !isAttached(this.#state, table)) return false;
    return (
      root.keys.some(({ id, type }) => type === "PRIMARY KEY" && this.#keys.has(id)) ||
      this.#hasInheritedKey(root)
    );
  }

  #foreignKeys(table: Relation): void {
    for (const key of table.foreignKeys) this.#foreignKey(table, key);
  }

  #foreignKey(table: Relation, key: ForeignKey): void {
    const target = relationOf(this.#state, key.table);
    if (table.kind !== "table" || target?.kind !== "table") return;
    const from = columnsOf(this.#state, table).find(({ id }) => id === key.column);
    const to = columnsOf(this.#state, target).find(({ id }) => id === key.target);
    if (from === undefined || to === undefined) return;
    const isKeyed = target.keys.some(
      ({ id, columns, period, deferral }) =>
        columns.length === 1 &&
        columns[0] === to.id &&
        period === key.period?.target &&
        deferral === "" &&
        this.#keys.has(id),
    );
    const periods = this.#periods(table, target, key);
    if (periods === undefined) return;
    const isSame = from.type === to.type && from.collation === to.collation && from.array === to.array;
    if (!isKeyed || !isSame || this.#type(from) === undefined || (target.unlogged && !table.unlogged)) return;
    if (from.generated !== undefined || from.identity !== undefined) return;
    const isPartitioned = [table, target].some((one) => partitionKey(this.#state, one) !== undefined);
    const isOld = isPartitioned && this.major < 18;
    const parts = [
      `ALTER TABLE ${this.#name(table)} ADD`,
      key.name === undefined ? "" : `CONSTRAINT ${q(key.name)}`,
      `FOREIGN KEY (${q(from.name)}${periods[0]}) REFERENCES ${this.#name(target)} (${q(to.name)}${periods[1]})`,
      key.actions.replace("{column}", () => q(from.name)),
      key.deferral,
      key.notEnforced ? "NOT ENFORCED" : key.notValid && !isOld ? "NOT VALID" : "",
    ];
    this.#out.push(parts.filter((part) => part !== "").join(" "));
    if (key.name !== undefined)
      this.#comment(`CONSTRAINT ${q(key.name)} ON ${this.#name(table)}`, key.comment);
  }

  /** What follows the columns of either side; nothing when the periods do not fit. */
  #periods(table: Relation, target: Relation, { period }: ForeignKey): readonly [string, string] | undefined {
    if (period === undefined) return ["", ""];
    const from = columnsOf(this.#state, table).find(({ id }) => id === period.column);
    const to = columnsOf(this.#state, target).find(({ id }) => id === period.target);
    if (from === undefined || to === undefined || from.generated !== undefined) return undefined;
    if (from.type !== to.type || from.array !== to.array) return undefined;
    return [`, PERIOD ${q(from.name)}`, `, PERIOD ${q(to.name)}`];
  }

  #own(sequence: State["sequences"][number]): void {
    const owning = sequence.ownedBy;
    const table = this.#state.relations.find(({ id, kind }) => id === owning?.table && kind === "table");
    const column = owning && this.#made.get(owning.table)?.get(owning.column);
    if (table !== undefined && column !== undefined && table.schema === sequence.schema) {
      const role = table.owner;
      if (role !== undefined) this.#out.push(`ALTER SEQUENCE ${this.#name(sequence)} OWNER TO ${q(role)}`);
      if (role !== undefined) this.#out.push(`ALTER TABLE ${this.#name(table)} OWNER TO ${q(role)}`);
      this.#out.push(`ALTER SEQUENCE ${this.#name(sequence)} OWNED BY ${this.#name(table)}.${column}`);
      const { owner: _, ...rest } = sequence;
      this.#satellites(`SEQUENCE ${this.#name(sequence)}`, rest);
    } else this.#satellites(`SEQUENCE ${this.#name(sequence)}`, sequence);
  }

  #view(view: Relation): void {
    const source = this.#state.relations.find(({ id }) => id === view.source);
    const names = source && this.#made.get(source.id);
    const selected = view.selected.filter(({ column }) => names?.has(column));
    const used = new Map(selected.map(({ id, name }) => [id, q(name)]));
    const list = selected.map(({ column, name }) => `s.${names?.get(column)} AS ${q(name)}`);
    const key = source?.keys.find(({ type }) => type === "PRIMARY KEY");
    const keyColumns = (key?.columns ?? []).map((id) => names?.get(id));
    const isKeyed =
      key !== undefined &&
      key.deferral === "" &&
      key.period === undefined &&
      this.#keys.has(key.id) &&
      keyColumns.every((name) => name !== undefined);
    const first = selected[0] && names?.get(selected[0].column);
    const from = source === undefined || names === undefined ? "" : ` FROM ${this.#name(source)} s`;
    const where = view.filter && first !== undefined ? ` WHERE s.${first} IS NOT NULL` : "";
    const group =
      view.grouped && isKeyed && source?.kind === "table"
        ? ` GROUP BY ${keyColumns.map((name) => `s.${name}`).join(", ")}`
        : "";
    const query = `SELECT ${list.length > 0 ? list.join(", ") : "1 AS one"}${from}${where}${group}`;
    const options = view.options.length > 0 ? ` WITH (${view.options.join(", ")})` : "";
    // A view reads with its owner's rights, and these states hand rights out by chance.
    const isReadable = source === undefined || source.kind === "table";
    const data = view.kind === "view" ? "" : view.populated && isReadable ? " WITH DATA" : " WITH NO DATA";
    this.#out.push(`CREATE ${words[view.kind]} ${this.#name(view)}${options} AS ${query}${data}`);
    this.#made.set(view.id, used);
    for (const column of selected) {
      const address = `${this.#name(view)}.${q(column.name)}`;
      this.#comment(`COLUMN ${address}`, column.comment);
      if (view.kind === "view" && column.default !== undefined) {
        this.#out.push(
          `ALTER VIEW ${this.#name(view)} ALTER COLUMN ${q(column.name)} SET DEFAULT ${column.default}`,
        );
      }
    }
  }

  #attachments(relation: Relation): void {
    const names = this.#made.get(relation.id);
    if (names === undefined) return;
    for (const index of relation.indexes) this.#index(relation, index, names);
    for (const trigger of relation.triggers) this.#trigger(relation, trigger, names);
    const alter = `ALTER TABLE ${this.#name(relation)}`;
    for (const policy of relation.policies) {
      const column = names.get(policy.column);
      if (relation.kind !== "table" || column === undefined) continue;
      const expression = `${this.#call(policy.helper, column) ?? column} IS NOT NULL`;
      const to = policy.roles.map((role) => (role === "public" ? "PUBLIC" : q(role))).join(", ");
      const clauses = [
        `CREATE POLICY ${q(policy.name)} ON ${this.#name(relation)} AS ${policy.permissive ? "PERMISSIVE" : "RESTRICTIVE"}`,
        `FOR ${policy.command} TO ${to}`,
        policy.command === "INSERT" ? "" : `USING (${expression})`,
        ["SELECT", "DELETE"].includes(policy.command) ? "" : `WITH CHECK (${expression})`,
      ];
      this.#out.push(clauses.join(" "));
      this.#comment(`POLICY ${q(policy.name)} ON ${this.#name(relation)}`, policy.comment);
    }
    for (const word of relation.kind === "table" ? relation.rowSecurity : []) {
      this.#out.push(`${alter} ${word} ROW LEVEL SECURITY`);
    }
    if (relation.kind === "table" && relation.replicaIdentity !== undefined) {
      this.#out.push(`${alter} REPLICA IDENTITY ${relation.replicaIdentity}`);
    }
    const noun = `TABLE ${this.#name(relation)}`;
    this.#satellites(`${words[relation.kind]} ${this.#name(relation)}`, relation, noun);
    for (const column of isTable(relation) ? relation.columns : []) {
      const name = names.get(column.id);
      if (name === undefined) continue;
      this.#comment(`COLUMN ${this.#name(relation)}.${name}`, column.comment);
      this.#grantOnColumn(column.grants, name, noun);
    }
    if (isTable(relation)) {
      const own = new Set(relation.columns.map(({ id }) => id));
      const others = relation.overrides.filter(({ column }) => !own.has(column));
      for (const { column, grants } of others) this.#grantOnColumn(grants, names.get(column), noun);
      const { column, grants } = relation.systemGrants ?? {};
      this.#grantOnColumn(grants, column, noun);
    } else for (const { id, grants } of relation.selected) this.#grantOnColumn(grants, names.get(id), noun);
  }

  #grantOnColumn(grants: readonly Grant[] | undefined, column: string | undefined, noun: string): void {
    if (column === undefined) return;
    for (const grant of grants ?? []) {
      this.#grant(grant, grant.privileges.map((privilege) => `${privilege} (${column})`).join(", "), noun);
    }
  }

  #index(relation: Relation, index: Index, names: ReadonlyMap<number, string>): void {
    const keys = index.keys.map(({ column, expression, helper, suffix }) => {
      const name = names.get(column);
      if (name === undefined) return undefined;
      const text =
        expression === "lower" ? `lower(${name})` : expression === "helper" ? this.#call(helper, name) : name;
      return text === undefined ? undefined : `${text} ${suffix}`.trim();
    });
    if (keys.some((key) => key === undefined) || relation.kind === "foreign table") return;
    const columnIds = index.keys.flatMap(({ column, expression, suffix }) =>
      expression === undefined && !suffix.includes("COLLATE") ? [column] : [],
    );
    if (index.unique && neededInKeys(this.#state, relation).some((id) => !columnIds.includes(id))) return;
    const isPartitioned = partitionKey(this.#state, relation) !== undefined;
    const include = index.include.map((id) => names.get(id)).filter((name) => name !== undefined);
    const where = index.where === undefined ? undefined : names.get(index.where);
    const parts = [
      `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${q(index.name)} ON ${this.#name(relation)}`,
      `USING ${index.method} (${keys.join(", ")})`,
      include.length > 0 ? `INCLUDE (${include.join(", ")})` : "",
      index.options === "" ? "" : `WITH (${index.options})`,
      where === undefined ? "" : `WHERE ${where} IS NOT NULL`,
    ];
    this.#out.push(parts.filter((part) => part !== "").join(" "));
    const name = `${q(this.schema(relation.schema))}.${q(index.name)}`;
    if (index.statistics !== undefined)
      this.#out.push(`ALTER INDEX ${name} ALTER COLUMN 1 SET STATISTICS ${index.statistics}`);
    this.#comment(`INDEX ${name}`, index.comment);
    if (index.clustered === true && !isPartitioned) {
      this.#out.push(`ALTER TABLE ${this.#name(relation)} CLUSTER ON ${q(index.name)}`);
    }
  }

  #trigger(relation: Relation, trigger: Trigger, names: ReadonlyMap<number, string>): void {
    const made = this.#call(trigger.function, "");
    const of = trigger.of === undefined ? undefined : names.get(trigger.of);
    if (made === undefined || (trigger.of !== undefined && of === undefined)) return;
    const isView = relation.kind === "view";
    if (trigger.constraint && relation.kind !== "table") return;
    if (relation.kind === "materialized view" || isView !== (trigger.timing === "INSTEAD OF")) return;
    const events = trigger.events.map((event) =>
      event === "UPDATE" && of !== undefined ? `UPDATE OF ${of}` : event,
    );
    const parts = [
      `CREATE ${trigger.constraint ? "CONSTRAINT " : ""}TRIGGER ${q(trigger.name)}`,
      `${trigger.timing} ${events.join(" OR ")} ON ${this.#name(relation)}`,
      trigger.constraint ? "DEFERRABLE" : "",
      `FOR EACH ${trigger.forEach} EXECUTE FUNCTION ${made}`,
    ];
    this.#out.push(parts.filter((part) => part !== "").join(" "));
    if (trigger.enabled !== "") {
      this.#out.push(`ALTER TABLE ${this.#name(relation)} ${trigger.enabled} TRIGGER ${q(trigger.name)}`);
    }
    this.#comment(`TRIGGER ${q(trigger.name)} ON ${this.#name(relation)}`, trigger.comment);
  }

  #comment(address: string, comment: string | undefined): void {
    if (comment !== undefined) this.#out.push(`COMMENT ON ${address} IS ${quoteLiteral(comment)}`);
  }

  #defaultPrivileges(): void {
    for (const { schema, objects, privileges, role, grantable } of this.#state.defaultPrivileges) {
      const name = this.#state.schemas.find(({ id }) => id === schema)?.name;
      if (schema !== undefined && name === undefined) continue;
      const place = name === undefined ? "" : ` IN SCHEMA ${q(name)}`;
      const to = role === "public" ? "PUBLIC" : q(role);
      const option = grantable ? " WITH GRANT OPTION" : "";
      this.#out.push(`ALTER DEFAULT PRIVILEGES${place} GRANT ${privileges} ON ${objects} TO ${to}${option}`);
    }
  }
}
