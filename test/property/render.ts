import { quoteIdentifier, quoteLiteral } from "../../src/sql/quote.js";
import type {
  Column,
  ForeignKey,
  Grant,
  Index,
  Key,
  Named,
  Relation,
  Routine,
  State,
  Trigger,
} from "./model.js";

/** The state as SQL, in an order that loads. What refers to something that is gone is left out. */
export function render(state: State): string {
  return new Renderer(state).statements().join(";\n");
}

const q = quoteIdentifier;
const words: Readonly<Record<Relation["kind"], string>> = {
  table: "TABLE",
  view: "VIEW",
  "materialized view": "MATERIALIZED VIEW",
};

/** A primary key and an identity need a NOT NULL that is valid and inherited. */
const isBound = (table: Relation, column: Column) =>
  column.identity !== undefined ||
  table.keys.some(({ type, columns }) => type === "PRIMARY KEY" && columns.includes(column.id));

const isNotValid = (table: Relation, column: Column) =>
  column.constraint?.notValid === true && !isBound(table, column);

class Renderer {
  readonly #state: State;
  readonly #out: string[] = [];
  /** Relations that exist by now, and the names of their columns by id. */
  readonly #made = new Map<number, Map<number, string>>();
  readonly #routines = new Set<number>();

  constructor(state: State) {
    this.#state = state;
  }

  statements(): string[] {
    const { schemas, enums, domains, sequences, functions, relations } = this.#state;
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
    for (const one of sequences) {
      this.#out.push(`CREATE SEQUENCE ${this.#name(one)} ${one.options}`);
    }
    for (const one of functions.filter(({ role }) => role !== "alone")) this.#routine(one);
    for (const one of relations.filter(({ kind }) => kind === "table")) this.#table(one);
    for (const one of relations) this.#foreignKeys(one);
    for (const one of sequences) this.#own(one);
    for (const one of relations.filter(({ kind }) => kind !== "table")) this.#view(one);
    for (const one of functions.filter(({ role }) => role === "alone")) this.#routine(one);
    for (const one of relations) this.#attachments(one);
    if (!this.#state.defaultsFirst) this.#defaultPrivileges();
    return this.#out;
  }

  #schema(id: number): string {
    return this.#state.schemas.find((schema) => schema.id === id)?.name ?? "public";
  }

  #name({ schema, name }: Named & { schema: number }): string {
    return `${q(this.#schema(schema))}.${q(name)}`;
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
    const found = this.#state.relations.find((relation) => relation.id === id);
    return found !== undefined && this.#made.has(id) ? this.#name(found) : undefined;
  }

  #type({ type, array }: Column): string | undefined {
    const { enums, domains } = this.#state;
    const user = [...enums, ...domains].find(({ id }) => id === type);
    const text = typeof type === "string" ? type : user === undefined ? undefined : this.#name(user);
    return text === undefined ? undefined : `${text}${array ? "[]" : ""}`;
  }

  #call(id: number | undefined, argument: string): string | undefined {
    const found = this.#state.functions.find((one) => one.id === id);
    return found === undefined ? undefined : `${this.#name(found)}(${argument})`;
  }

  #table(table: Relation): void {
    const columns = table.columns.filter((column) => this.#type(column) !== undefined);
    const names = new Map(columns.map(({ id, name }) => [id, q(name)]));
    this.#made.set(table.id, names);
    const lines = columns.map((column) => `  ${this.#column(table, column, names)}`);
    const head = `CREATE ${table.unlogged ? "UNLOGGED " : ""}TABLE ${this.#name(table)}`;
    const options = table.options.length > 0 ? ` WITH (${table.options.join(", ")})` : "";
    this.#out.push(`${head} (\n${lines.join(",\n")}\n)${options}`);
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
    const excluded = exclusion && names.get(exclusion.column);
    if (exclusion !== undefined && excluded !== undefined) {
      const where = exclusion.where ? ` WHERE (NOT isempty(${excluded}))` : "";
      const text = `EXCLUDE USING gist (${excluded} WITH &&)${where} ${exclusion.deferral}`;
      this.#out.push(`${alter} ADD CONSTRAINT ${q(exclusion.name)} ${text}`);
    }
  }

  #column(table: Relation, column: Column, names: ReadonlyMap<number, string>): string {
    const parts = [q(column.name), this.#type(column)];
    if (column.compression !== undefined) parts.push(`COMPRESSION ${column.compression}`);
    if (column.collation !== undefined) parts.push(`COLLATE ${q(column.collation)}`);
    if (column.notNull && !isNotValid(table, column)) {
      const { constraint } = column;
      if (constraint !== undefined) parts.push(`CONSTRAINT ${q(constraint.name)}`);
      parts.push("NOT NULL");
      if (constraint?.noInherit === true && !isBound(table, column)) parts.push("NO INHERIT");
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
    } else if (column.identity !== undefined) parts.push(column.identity);
    else if (column.default !== undefined) {
      const text = this.#default(column.default);
      if (text !== undefined) parts.push(`DEFAULT ${text}`);
    }
    return parts.join(" ");
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
    if (isNotValid(table, column)) {
      const inherit = constraint.noInherit ? " NO INHERIT" : "";
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
    const isVirtual = ({ id, generated }: Column) =>
      generated?.virtual === true && [...key.columns, ...key.include].includes(id);
    if (columns.length < key.columns.length || columns.length === 0 || table.columns.some(isVirtual)) return;
    const include = list(key.include.filter((id) => !key.columns.includes(id)));
    const parts = [
      `ALTER TABLE ${this.#name(table)} ADD`,
      key.name === undefined ? "" : `CONSTRAINT ${q(key.name)}`,
      key.type,
      key.nullsNotDistinct ? "NULLS NOT DISTINCT" : "",
      `(${columns.join(", ")})`,
      include.length > 0 ? `INCLUDE (${include.join(", ")})` : "",
      key.deferral,
    ];
    this.#out.push(parts.filter((part) => part !== "").join(" "));
    if (key.name !== undefined)
      this.#comment(`CONSTRAINT ${q(key.name)} ON ${this.#name(table)}`, key.comment);
  }

  #foreignKeys(table: Relation): void {
    for (const key of table.foreignKeys) this.#foreignKey(table, key);
  }

  #foreignKey(table: Relation, key: ForeignKey): void {
    const target = this.#state.relations.find(({ id, kind }) => id === key.table && kind === "table");
    const from = table.columns.find(({ id }) => id === key.column);
    const to = target?.columns.find(({ id }) => id === key.target);
    if (table.kind !== "table" || target === undefined || from === undefined || to === undefined) return;
    const names = this.#made.get(target.id);
    const isKeyed = target.keys.some(
      ({ columns, deferral }) =>
        columns.length === 1 && columns[0] === to.id && deferral === "" && names?.has(to.id),
    );
    const isSame = from.type === to.type && from.collation === to.collation && from.array === to.array;
    if (!isKeyed || !isSame || this.#type(from) === undefined || (target.unlogged && !table.unlogged)) return;
    if (
      from.generated !== undefined ||
      from.identity !== undefined ||
      (!target.unlogged && table.unlogged && false)
    )
      return;
    const parts = [
      `ALTER TABLE ${this.#name(table)} ADD`,
      key.name === undefined ? "" : `CONSTRAINT ${q(key.name)}`,
      `FOREIGN KEY (${q(from.name)}) REFERENCES ${this.#name(target)} (${q(to.name)})`,
      key.actions.replace("{column}", () => q(from.name)),
      key.deferral,
      key.notEnforced ? "NOT ENFORCED" : key.notValid ? "NOT VALID" : "",
    ];
    this.#out.push(parts.filter((part) => part !== "").join(" "));
    if (key.name !== undefined)
      this.#comment(`CONSTRAINT ${q(key.name)} ON ${this.#name(table)}`, key.comment);
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
      key !== undefined && key.deferral === "" && keyColumns.every((name) => name !== undefined);
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
    for (const column of relation.kind === "table" ? relation.columns : []) {
      const name = names.get(column.id);
      if (name === undefined) continue;
      this.#comment(`COLUMN ${this.#name(relation)}.${name}`, column.comment);
      for (const grant of column.grants ?? []) {
        this.#grant(grant, grant.privileges.map((privilege) => `${privilege} (${name})`).join(", "), noun);
      }
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
    if (keys.some((key) => key === undefined)) return;
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
    const name = `${q(this.#schema(relation.schema))}.${q(index.name)}`;
    if (index.statistics !== undefined)
      this.#out.push(`ALTER INDEX ${name} ALTER COLUMN 1 SET STATISTICS ${index.statistics}`);
    this.#comment(`INDEX ${name}`, index.comment);
    if (index.clustered === true) {
      this.#out.push(`ALTER TABLE ${this.#name(relation)} CLUSTER ON ${q(index.name)}`);
    }
  }

  #trigger(relation: Relation, trigger: Trigger, names: ReadonlyMap<number, string>): void {
    const made = this.#call(trigger.function, "");
    const of = trigger.of === undefined ? undefined : names.get(trigger.of);
    if (made === undefined || (trigger.of !== undefined && of === undefined)) return;
    const isView = relation.kind === "view";
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
