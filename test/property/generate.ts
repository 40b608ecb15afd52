import { columnsOf, neededInKeys, partitionKey, slots } from "./columns.js";
import {
  type Column,
  type Default,
  type Enum,
  type Grant,
  type Index,
  type IndexKey,
  isInteger,
  isText,
  type Named,
  plainTypes,
  type Relation,
  type Routine,
  type State,
} from "./model.js";
import { comments, hostileName, roles } from "./names.js";
import type { Random } from "./random.js";
import { chooseOptions } from "./sorts/foreign.js";
import { sortOf, sorts } from "./sorts/index.js";
import type { AnySort, Part } from "./sorts/sort.js";

/** Makes parts of a state by chance; each is added to the state by whoever asked for it. */
export class Generator {
  readonly #random: Random;
  readonly #state: State;
  /** Reserved words that are names by now: each serves once. */
  readonly #words = new Set<string>();

  /** @param other whose names are not used either. */
  constructor(random: Random, state: State, other?: State) {
    this.#random = random;
    this.#state = state;
    const named = JSON.stringify([state, other ?? null]);
    for (const [, word = ""] of named.matchAll(/"name":"([a-z]+)"/g)) this.#words.add(word);
  }

  static newState(random: Random, major: number, isPglite: boolean): State {
    const state: State = {
      next: 1,
      major,
      isPglite,
      schemas: [],
      enums: [],
      domains: [],
      sequences: [],
      functions: [],
      relations: [],
      parts: [],
      defaultPrivileges: [],
      defaultsFirst: random.chance(0.3),
    };
    const generator = new Generator(random, state);
    const times = (most: number, add: () => void) => {
      for (let left = random.below(most + 1); left > 0; left--) add();
    };
    state.schemas.push({ ...generator.named(), name: "public" });
    times(2, () => state.schemas.push(generator.named()));
    times(2, () => state.enums.push(generator.enum()));
    times(2, () => state.domains.push(generator.domain()));
    const chosen = generator.sorts().filter(() => random.chance(0.25));
    for (const sort of chosen.filter(({ stage }) => stage === "before tables")) {
      times(2, () => generator.addPart(sort));
    }
    times(2, () => state.sequences.push(generator.sequence()));
    times(2, () => state.functions.push(generator.helper()));
    times(1, () => state.functions.push(generator.triggerFunction()));
    times(2, () => state.relations.push(generator.table()));
    state.relations.push(generator.table());
    times(3, () => {
      const partition = generator.partition();
      if (partition !== undefined) state.relations.push(partition);
    });
    times(2, () => state.relations.push(generator.view()));
    times(2, () => state.functions.push(generator.alone()));
    times(2, () => state.defaultPrivileges.push(generator.defaultPrivilege()));
    for (const relation of state.relations) generator.attach(relation);
    for (const sort of chosen.filter(({ stage }) => stage === "after tables")) generator.addPart(sort);
    return state;
  }

  /** The sorts that this PostgreSQL has, in the order in which they need each other. */
  sorts(): readonly AnySort[] {
    const { major, isPglite } = this.#state;
    return sorts.filter(({ since = 14, serverOnly }) => since <= major && !(serverOnly === true && isPglite));
  }

  addPart(sort: AnySort): Part | undefined {
    const { parts } = this.#state;
    if (sort.once === true && parts.some((part) => part.sort === sort.name)) return undefined;
    const { needs } = sort;
    if (needs !== undefined && !parts.some((part) => part.sort === needs)) this.addPart(sortOf(needs));
    const common = this.inSchema();
    const choice = this.choose(sort, common.id);
    if (choice === undefined) return undefined;
    const part = { ...common, ...this.grants(sort.privileges ?? []), sort: sort.name, choice };
    parts.push(part);
    return part;
  }

  choose(sort: AnySort, before: number): Part["choice"] | undefined {
    return sort.choose({ random: this.#random, state: this.#state, generator: this, before });
  }

  #columns(table: Relation): readonly Column[] {
    return columnsOf(this.#state, table);
  }

  /** Types of the state's own that a column may have. */
  #types(isOrdered = false): readonly number[] {
    const { enums, domains, parts } = this.#state;
    const own = parts.filter(({ sort, choice }) => {
      const { type } = sortOf(sort);
      return choice.isShell !== true && (isOrdered ? type === "ordered" : type !== undefined);
    });
    return [...enums, ...domains, ...own].map(({ id }) => id);
  }

  /** Whether a btree takes the column. */
  #isOrdered({ type, array }: Column): boolean {
    if (typeof type === "number") return !array && this.#types(true).includes(type);
    return !array && !/^(json|point)$/.test(type);
  }

  #collation(): string | number {
    const own = this.#state.parts.filter(({ sort }) => sort === "collation").map(({ id }) => id);
    return this.#random.pick(["C", "POSIX", ...own]);
  }

  id(): number {
    return this.#state.next++;
  }

  freshName(): string {
    return hostileName(this.#random, this.id(), (name) => {
      const isTaken = this.#words.has(name);
      this.#words.add(name);
      return isTaken;
    });
  }

  named(): Named {
    const random = this.#random;
    return {
      id: this.id(),
      name: this.freshName(),
      ...(random.chance(0.3) ? { comment: random.pick(comments) } : {}),
      ...(random.chance(0.15) ? { owner: random.pick(roles) } : {}),
    };
  }

  inSchema(): Named & { schema: number } {
    return { ...this.named(), schema: this.#random.pick(this.#state.schemas).id };
  }

  grants(privileges: readonly string[]): { grants?: Grant[] } {
    const random = this.#random;
    if (privileges.length === 0 || !random.chance(0.35)) return {};
    const to = random.some([...roles, "public"], 2);
    return {
      grants: to.map((role) => ({
        role,
        privileges: random.some(privileges),
        grantable: role !== "public" && random.chance(0.3),
        ...(random.chance(0.3) ? { by: random.pick(roles.filter((other) => other !== role)) } : {}),
      })),
    };
  }

  enum(): Enum {
    const labels = ["new", "in progress", "it's done", "Ünfug;", 'quo"te', "last"];
    return { ...this.inSchema(), ...this.grants(["USAGE"]), labels: this.#random.some(labels) };
  }

  domain(): State["domains"][number] {
    const random = this.#random;
    const type = random.pick(["text", "integer", "character varying(40)", "numeric(10,2)"]);
    return {
      ...this.inSchema(),
      ...this.grants(["USAGE"]),
      type,
      notNull: random.chance(0.2),
      ...(isText(type) && random.chance(0.3) ? { collation: "C" } : {}),
      ...(random.chance(0.3) ? { default: isText(type) ? "'dflt'" : "5" } : {}),
      checks: random.chance(0.6) ? [this.domainCheck(type)] : [],
    };
  }

  domainCheck(type: string): State["domains"][number]["checks"][number] {
    const expression = isText(type)
      ? "VALUE <> 'never; (' WHERE'"
      : `VALUE <> ${this.#random.below(50) + 100}`;
    return {
      name: this.freshName(),
      expression: expression.replace(" WHERE'", ""),
      notValid: this.#random.chance(0.2),
    };
  }

  sequence(): State["sequences"][number] {
    const random = this.#random;
    const options = random.pick([
      "",
      "AS integer",
      "INCREMENT 5",
      "INCREMENT -1",
      "MINVALUE 10 MAXVALUE 1000 START 50",
      "AS smallint CYCLE",
      "CACHE 20",
      "MINVALUE -5 START 0",
    ]);
    return { ...this.inSchema(), ...this.grants(["USAGE", "SELECT", "UPDATE"]), options };
  }

  helper(): Routine {
    const random = this.#random;
    const language = random.pick(["sql", "plpgsql"]);
    const n = random.below(9);
    return {
      ...this.inSchema(),
      ...this.grants(["EXECUTE"]),
      role: "helper",
      procedure: false,
      signature: random.pick(["(x integer) RETURNS integer", '("the x" integer) RETURNS integer']),
      argumentTypes: "integer",
      attributes: `LANGUAGE ${language} IMMUTABLE ${random.pick(["", "STRICT", "COST 7", "PARALLEL SAFE", "LEAKPROOF"])}`,
      body: language === "sql" ? `$f$ SELECT $1 + ${n} $f$` : `$f$ BEGIN RETURN $1 + ${n}; END $f$`,
    };
  }

  triggerFunction(): Routine {
    const note = this.#random.pick(["x", "it's; y", "z"]);
    return {
      ...this.inSchema(),
      ...this.grants(["EXECUTE"]),
      role: "trigger",
      procedure: false,
      signature: "() RETURNS trigger",
      argumentTypes: "",
      attributes: "LANGUAGE plpgsql",
      body: `$f$ BEGIN -- ${note}\n  RETURN coalesce(NEW, OLD); END $f$`,
    };
  }

  alone(): Routine {
    const random = this.#random;
    const common = { ...this.inSchema(), ...this.grants(["EXECUTE"]), role: "alone" as const };
    const relation = random.maybe(this.#state.relations)?.id;
    const form = random.below(7);
    if (form === 0) {
      return {
        ...common,
        procedure: true,
        signature: `(a integer DEFAULT ${random.below(5)}, INOUT b text DEFAULT NULL)`,
        argumentTypes: "integer, text",
        attributes: random.pick([
          "LANGUAGE plpgsql SECURITY DEFINER",
          "LANGUAGE plpgsql SET search_path = public, pg_temp",
        ]),
        body: "$f$ BEGIN b := a::text; END $f$",
      };
    }
    if (form === 1 && relation !== undefined) {
      return {
        ...common,
        procedure: false,
        relation,
        signature: "(r {relation}) RETURNS text",
        argumentTypes: "{relation}",
        attributes: "LANGUAGE sql STABLE",
        body: "$f$ SELECT 'x'::text $f$",
      };
    }
    if (form === 2 && relation !== undefined) {
      return {
        ...common,
        procedure: false,
        relation,
        signature: "(n bigint) RETURNS SETOF {relation}",
        argumentTypes: "bigint",
        attributes: `LANGUAGE sql STABLE ROWS ${10 + random.below(3)}`,
        body: "BEGIN ATOMIC SELECT * FROM {relation}; END",
      };
    }
    if (form === 3 && relation !== undefined) {
      return {
        ...common,
        procedure: false,
        relation,
        signature: "() RETURNS bigint",
        argumentTypes: "",
        attributes: "LANGUAGE sql",
        body: "RETURN (SELECT count(*) FROM {relation})",
      };
    }
    const signature = random.pick([
      "(VARIADIC list text[]) RETURNS text",
      "(OUT one integer, OUT two text) RETURNS record",
      "(n integer) RETURNS TABLE (one integer, two text)",
    ]);
    return {
      ...common,
      procedure: false,
      signature,
      argumentTypes: signature.startsWith("(VARIADIC")
        ? "text[]"
        : signature.startsWith("(OUT")
          ? ""
          : "integer",
      attributes: `LANGUAGE plpgsql ${random.pick(["", "SECURITY DEFINER", "SET work_mem = '8MB'", "COST 3", "STRICT"])}`,
      body: signature.includes("TABLE")
        ? "$f$ BEGIN RETURN NEXT; END $f$"
        : signature.startsWith("(OUT")
          ? "$f$ BEGIN one := 1; END $f$"
          : "$f$ BEGIN RETURN 'a'; END $f$",
    };
  }

  columnType(): Pick<Column, "type" | "array"> {
    const random = this.#random;
    const user = this.#types();
    const type = user.length > 0 && random.chance(0.25) ? random.pick(user) : random.pick(plainTypes).sql;
    return { type, array: random.chance(0.07) };
  }

  column(others: readonly Column[]): Column {
    const random = this.#random;
    const column: Column = {
      ...this.named(),
      ...this.grants(["SELECT", "INSERT", "UPDATE", "REFERENCES"]),
      ...this.columnType(),
      notNull: random.chance(0.3),
    };
    if (random.chance(0.5)) this.nameNotNull(column);
    delete column.owner;
    if (!column.array) this.dress(column, others);
    return column;
  }

  nameNotNull(column: Column): void {
    const random = this.#random;
    if (this.#state.major < 18) return;
    column.constraint = {
      name: this.freshName(),
      noInherit: random.chance(0.3),
      notValid: random.chance(0.3),
      ...(random.chance(0.3) ? { comment: random.pick(comments) } : {}),
    };
  }

  notEnforced(): boolean {
    return this.#state.major >= 18 && this.#random.chance(0.25);
  }

  /** Gives the column what fits its type. */
  dress(column: Column, others: readonly Column[]): void {
    const random = this.#random;
    const { type } = column;
    if (isText(type)) {
      if (random.chance(0.2)) column.collation = this.#collation();
      if (random.chance(0.15)) column.storage = random.pick(["EXTERNAL", "MAIN", "PLAIN"]);
      if (random.chance(0.1)) column.compression = "pglz";
    }
    if (random.chance(0.1)) column.statistics = random.pick([0, 10, 500]);
    if (random.chance(0.05)) column.nDistinct = random.pick(["-0.5", "100"]);
    if (random.chance(0.15) && this.generate(column, others)) return;
    if (isInteger(type) && random.chance(0.35)) column.identity = this.identity();
    else if (random.chance(0.4)) {
      const made = this.default(type);
      if (made !== undefined) column.default = made;
    }
  }

  identity(): string {
    const random = this.#random;
    const options = [
      "",
      "(START 100)",
      "(INCREMENT 3)",
      "(MINVALUE 5 MAXVALUE 900 START 7 CYCLE)",
      "(CACHE 4)",
    ];
    return `GENERATED ${random.pick(["ALWAYS", "BY DEFAULT"])} AS IDENTITY ${random.pick(options)}`;
  }

  generate(column: Column, others: readonly Column[]): boolean {
    const random = this.#random;
    const source = others.find((one) => one.generated === undefined && !one.array && fits(one, column));
    if (source === undefined) return false;
    const helper = random.maybe(this.#state.functions.filter((one) => one.role === "helper"));
    const expression = isText(column.type)
      ? "lower"
      : helper !== undefined && source.type !== "bigint" && random.chance(0.5)
        ? "helper"
        : "double";
    const virtual = this.#state.major >= 18 && expression !== "helper" && random.chance(0.4);
    column.generated = {
      expression,
      from: source.id,
      virtual,
      ...(expression === "helper" && helper !== undefined ? { by: helper.id } : {}),
    };
    return true;
  }

  default(type: string | number): Default | undefined {
    const random = this.#random;
    const sequence = random.maybe(this.#state.sequences);
    const helper = random.maybe(this.#state.functions.filter((one) => one.role === "helper"));
    if ((type === "integer" || type === "bigint") && sequence !== undefined && random.chance(0.4)) {
      return { sequence: sequence.id };
    }
    if (type === "integer" && helper !== undefined && random.chance(0.4)) return { helper: helper.id };
    if (typeof type === "number") {
      const labels = this.#state.enums.find(({ id }) => id === type)?.labels;
      const label = random.maybe(labels ?? []);
      return label === undefined ? undefined : { sql: `'${label.replaceAll("'", "''")}'` };
    }
    const plain = plainTypes.find(({ sql }) => sql === type);
    return plain === undefined ? undefined : { sql: random.pick(plain.defaults) };
  }

  relation(kind: Relation["kind"]): Relation {
    const random = this.#random;
    const privileges = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];
    return {
      ...this.inSchema(),
      ...this.grants(privileges),
      kind,
      columns: [],
      overrides: [],
      unlogged: kind === "table" && random.chance(0.1),
      options: this.options(kind),
      keys: [],
      foreignKeys: [],
      checks: [],
      indexes: [],
      triggers: [],
      policies: [],
      rowSecurity: [],
      selected: [],
      grouped: false,
      filter: random.chance(0.4),
      populated: random.chance(0.7),
    };
  }

  options(kind: Relation["kind"]): string[] {
    const random = this.#random;
    if (!random.chance(0.3)) return [];
    if (kind === "view") return [random.pick(["security_barrier=true", "security_barrier=false"])];
    return random.some(["fillfactor=70", "autovacuum_enabled=false", "toast.autovacuum_enabled=false"]);
  }

  table(): Relation {
    const random = this.#random;
    const form = random.next();
    const server = random.maybe(this.#state.parts.filter(({ sort }) => sort === "foreign server"));
    if (form < 0.15) {
      const partition = this.partition();
      if (partition !== undefined) return partition;
    }
    const isForeign = server !== undefined && form > 0.6;
    const table = this.relation(isForeign ? "foreign table" : "table");
    if (isForeign)
      Object.assign(table, { server: server.id, foreignOptions: chooseOptions(random), options: [] });
    if (form >= 0.15 && form < 0.32) this.inherit(table);
    const type = random.maybe(this.#state.parts.filter(({ sort }) => sort === "composite type"));
    if (form >= 0.32 && form < 0.55 && type !== undefined) {
      table.ofType = type.id;
      return table;
    }
    for (let left = 1 + random.below(5); left > 0; left--) table.columns.push(this.column(table.columns));
    if (!isForeign && table.inherits === undefined && random.chance(0.4)) this.partitionBy(table);
    return table;
  }

  /** Another table's columns come to the table. */
  inherit(table: Relation): void {
    const able = this.#state.relations.filter(
      ({ id, kind, partitionBy, parent }) =>
        id < table.id && kind === "table" && partitionBy === undefined && parent === undefined,
    );
    if (able.length > 0) table.inherits = this.#random.some(able, 2).map(({ id }) => id);
  }

  partitionBy(table: Relation): void {
    const random = this.#random;
    if (
      table.inherits !== undefined ||
      this.#state.relations.some(({ inherits }) => inherits?.includes(table.id))
    )
      return;
    if (table.kind !== "table" || table.ofType !== undefined) return;
    const strategy = random.pick(["RANGE", "LIST", "HASH"] as const);
    const able = this.#columns(table).filter(({ id }) => {
      table.partitionBy = { strategy, column: id };
      return partitionKey(this.#state, table) !== undefined;
    });
    const column = random.maybe(able)?.id;
    if (column === undefined) delete table.partitionBy;
    else table.partitionBy = { strategy, column };
  }

  /** Another partition of a table that is partitioned. */
  partition(): Relation | undefined {
    const random = this.#random;
    const { relations } = this.#state;
    const root = random.maybe(relations.filter((one) => partitionKey(this.#state, one) !== undefined));
    if (root === undefined) return undefined;
    const taken = relations.flatMap(({ parent }) => (parent?.table === root.id ? [parent] : []));
    const free = Array.from({ length: slots }, (_, slot) => slot).filter((slot) =>
      taken.every((one) => one.slot !== slot),
    );
    const slot = random.chance(0.5) ? free[0] : random.maybe(free);
    if (slot === undefined) return undefined;
    const isDefault =
      root.partitionBy?.strategy !== "HASH" && !taken.some((one) => one.isDefault) && random.chance(0.25);
    const table = this.relation("table");
    table.parent = { table: root.id, slot, isDefault };
    if (random.chance(0.2)) this.partitionBy(table);
    for (let left = random.below(2); left > 0; left--) this.override(table);
    return table;
  }

  /** A column that comes from elsewhere gets something that it does not have there. */
  override(table: Relation): void {
    const random = this.#random;
    const own = new Set(table.columns.map(({ id }) => id));
    const column = random.maybe(this.#columns(table).filter(({ id }) => !own.has(id)));
    if (column === undefined) return;
    table.overrides = table.overrides.filter((one) => one.column !== column.id);
    const made =
      random.chance(0.4) && !column.array && column.generated === undefined && column.identity === undefined
        ? this.default(column.type)
        : undefined;
    table.overrides.push({
      column: column.id,
      ...(made !== undefined && "sql" in made ? { default: made.sql } : {}),
      ...(random.chance(0.3) ? { notNull: true } : {}),
      ...(random.chance(0.3) && column.generated?.virtual !== true
        ? { statistics: random.pick([0, 77]) }
        : {}),
      ...(random.chance(0.4) ? { comment: random.pick(comments) } : {}),
    });
  }

  view(): Relation {
    const random = this.#random;
    const view = this.relation(random.chance(0.65) ? "view" : "materialized view");
    this.select(view);
    return view;
  }

  /** What a view reads: some columns of a relation that stands before it. */
  select(view: Relation): void {
    const random = this.#random;
    const source = random.maybe(
      this.#state.relations.filter(({ id, kind }) => id < view.id && kind !== "materialized view"),
    );
    if (source === undefined) return;
    view.source = source.id;
    const columns = source.kind === "view" ? source.selected : this.#columns(source);
    view.selected = random
      .some(columns.length === 0 ? [0] : columns.map(({ id }) => id))
      .map((column) => this.selected(column));
    view.grouped =
      source.kind === "table" && source.keys.some(({ type }) => type === "PRIMARY KEY") && random.chance(0.3);
  }

  selected(column: number): Relation["selected"][number] {
    const { id, name, comment } = this.named();
    return { column, id, name, ...(comment === undefined ? {} : { comment }) };
  }

  /** Keys, indexes, triggers, policies: what needs the relation's columns. */
  attach(relation: Relation): void {
    const random = this.#random;
    if (relation.kind === "table") {
      if (random.chance(0.7)) this.addKey(relation, "PRIMARY KEY");
      if (random.chance(0.4)) this.addKey(relation, "UNIQUE");
      if (random.chance(0.4)) this.addCheck(relation);
      if (random.chance(0.4)) this.addForeignKey(relation);
      if (random.chance(0.2)) this.addExclusion(relation);
      if (random.chance(0.4)) this.addPolicy(relation);
      if (random.chance(0.4)) relation.rowSecurity = random.some(["ENABLE", "FORCE"]);
      if (random.chance(0.1)) relation.replicaIdentity = random.pick(["FULL", "NOTHING"]);
    }
    if (relation.kind === "foreign table" && random.chance(0.4)) this.addCheck(relation);
    if (relation.kind !== "view") for (let left = random.below(3); left > 0; left--) this.addIndex(relation);
    if (relation.kind !== "materialized view" && random.chance(0.4)) this.addTrigger(relation);
    const selected = relation.kind === "view" ? random.maybe(relation.selected) : undefined;
    if (selected !== undefined && random.chance(0.2)) selected.default = "NULL";
  }

  addKey(table: Relation, type: "PRIMARY KEY" | "UNIQUE"): void {
    const random = this.#random;
    if (type === "PRIMARY KEY" && table.keys.some((key) => key.type === type)) return;
    if (table.kind !== "table") return;
    const able = this.#columns(table).filter(
      (column) => this.#isOrdered(column) && column.generated?.virtual !== true,
    );
    if (able.length === 0) return;
    const chosen = random.some(able, 2).map(({ id }) => id);
    const columns = [...new Set([...chosen, ...neededInKeys(this.#state, table)])];
    const rest = able.map(({ id }) => id).filter((id) => !columns.includes(id));
    table.keys.push({
      ...this.optionalName(),
      id: this.id(),
      type,
      columns,
      include: rest.length > 0 && random.chance(0.2) ? [random.pick(rest)] : [],
      nullsNotDistinct: type === "UNIQUE" && this.#state.major >= 15 && random.chance(0.2),
      deferral: random.pick(["", "", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"]),
      ...(random.chance(0.2) ? { comment: random.pick(comments) } : {}),
    });
  }

  optionalName(): { name?: string } {
    return this.#random.chance(0.7) ? { name: this.freshName() } : {};
  }

  addCheck(table: Relation): void {
    const random = this.#random;
    const column = random.maybe(this.#columns(table).filter(({ generated }) => generated?.virtual !== true));
    if (column === undefined) return;
    const helper =
      column.type === "integer"
        ? random.maybe(this.#state.functions.filter(({ role }) => role === "helper"))
        : undefined;
    table.checks.push({
      id: this.id(),
      name: this.freshName(),
      expression: random.pick([
        "({column} IS NOT NULL) OR true",
        "{column} IS NULL OR {column}::text <> 'never'",
      ]),
      notValid: random.chance(0.25),
      notEnforced: this.notEnforced(),
      column: column.id,
      ...(helper !== undefined && !column.array && random.chance(0.7) ? { helper: helper.id } : {}),
      ...(random.chance(0.2) ? { comment: random.pick(comments) } : {}),
    });
  }

  addForeignKey(table: Relation): void {
    const random = this.#random;
    const tables = this.#state.relations.filter(({ kind }) => kind === "table");
    const able = tables.flatMap((target) =>
      target.keys
        .filter(
          ({ columns, period, deferral }) => columns.length === 1 && period === undefined && deferral === "",
        )
        .flatMap(({ columns }) => {
          const key = this.#columns(target).find(({ id }) => id === columns[0]);
          return this.#columns(table)
            .filter((one) => key !== undefined && !one.array && !key.array && one.type === key.type)
            .filter((one) => one.id !== key?.id && one.generated === undefined && one.identity === undefined)
            .filter((one) => one.collation === key?.collation)
            .map((one) => ({
              column: one.id,
              table: target.id,
              target: key?.id ?? 0,
              unlogged: target.unlogged,
            }));
        }),
    );
    const found = random.maybe(able.filter(({ unlogged }) => !unlogged || table.unlogged));
    if (found === undefined) return;
    table.foreignKeys.push({
      ...this.optionalName(),
      id: this.id(),
      column: found.column,
      table: found.table,
      target: found.target,
      actions: random.pick([
        "",
        "MATCH FULL",
        "ON DELETE CASCADE",
        "ON UPDATE RESTRICT ON DELETE SET NULL",
        ...(this.#state.major >= 15 ? ["ON DELETE SET NULL ({column})"] : []),
      ]),
      deferral: random.pick(["", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"]),
      notValid: random.chance(0.3),
      notEnforced: this.notEnforced(),
      ...(random.chance(0.2) ? { comment: random.pick(comments) } : {}),
    });
  }

  addExclusion(table: Relation): void {
    const random = this.#random;
    const column = this.#columns(table).find(
      ({ type, array, generated }) => type === "int4range" && !array && !generated,
    );
    if (column === undefined || table.exclusion !== undefined) return;
    const deferral = random.pick(["", "DEFERRABLE"]);
    table.exclusion = { name: this.freshName(), column: column.id, where: random.chance(0.5), deferral };
  }

  addIndex(relation: Relation): void {
    const random = this.#random;
    if (relation.kind === "foreign table") return;
    const columns = (relation.kind === "table" ? this.#columns(relation) : []).filter(
      ({ generated }) => generated?.virtual !== true,
    );
    const ids =
      relation.kind === "table" ? columns.filter((one) => this.#isOrdered(one)).map(({ id }) => id) : [];
    const json = columns.find(({ type, array }) => type === "jsonb" && !array);
    const base = {
      id: this.id(),
      name: this.freshName(),
      unique: false,
      include: [],
      ...(random.chance(0.3) ? { comment: random.pick(comments) } : {}),
    };
    if (json !== undefined && random.chance(0.4)) {
      const suffix = random.pick(["", "jsonb_path_ops"]);
      relation.indexes.push({ ...base, method: "gin", keys: [{ column: json.id, suffix }], options: "" });
      return;
    }
    if (ids.length === 0) return;
    const simple = columns.filter(
      ({ type, array }) => !array && /^(integer|bigint|text|date|uuid)$/.test(String(type)),
    );
    const method = simple.length > 0 ? random.pick(["btree", "btree", "btree", "hash", "brin"]) : "btree";
    if (method !== "btree") {
      const key = { column: random.pick(simple).id, suffix: "" };
      const options = method === "brin" ? random.pick(["", "pages_per_range=16"]) : "";
      relation.indexes.push({ ...base, method, keys: [key], options });
      return;
    }
    const keys = random.some(ids, 3).map((column) => this.indexKey(columns, column));
    const rest = ids.filter((id) => !keys.some(({ column }) => column === id));
    const index: Index = {
      ...base,
      method,
      unique: random.chance(0.2),
      keys,
      include: rest.length > 0 && random.chance(0.2) ? [random.pick(rest)] : [],
      options: random.pick(["", "", "fillfactor=60"]),
      ...(random.chance(0.3) ? { where: random.pick(ids) } : {}),
      ...(keys[0]?.expression !== undefined && random.chance(0.5) ? { statistics: 250 } : {}),
    };
    if (index.where === undefined && random.chance(0.2)) index.clustered = true;
    relation.indexes.push(index);
  }

  indexKey(columns: readonly Column[], column: number): IndexKey {
    const random = this.#random;
    const found = columns.find(({ id }) => id === column);
    if (found === undefined) return { column, suffix: "" };
    const helper = random.maybe(this.#state.functions.filter(({ role }) => role === "helper"));
    const plain = !found.array;
    const suffix = random.pick(["", "DESC", "NULLS FIRST", "DESC NULLS LAST"]);
    if (plain && isText(found.type) && random.chance(0.3)) return { column, expression: "lower", suffix };
    if (plain && isText(found.type) && random.chance(0.3)) {
      return { column, suffix: `${random.pick(['COLLATE "C"', 'COLLATE "POSIX"'])} ${suffix}` };
    }
    if (plain && found.type === "integer" && helper !== undefined && random.chance(0.4)) {
      return { column, expression: "helper", helper: helper.id, suffix };
    }
    return { column, suffix };
  }

  addTrigger(relation: Relation): void {
    const random = this.#random;
    const made = random.maybe(this.#state.functions.filter(({ role }) => role === "trigger"));
    if (made === undefined) return;
    const isView = relation.kind === "view";
    const constraint = relation.kind === "table" && random.chance(0.2);
    const column = isView
      ? undefined
      : random.maybe(this.#columns(relation).filter(({ generated }) => generated === undefined));
    const of = column !== undefined && random.chance(0.3) ? column.id : undefined;
    relation.triggers.push({
      id: this.id(),
      name: this.freshName(),
      function: made.id,
      timing: isView ? "INSTEAD OF" : constraint ? "AFTER" : random.pick(["BEFORE", "AFTER"]),
      events: of === undefined ? random.some(["INSERT", "UPDATE", "DELETE"]) : ["UPDATE"],
      ...(of === undefined ? {} : { of }),
      forEach: isView || constraint ? "ROW" : random.pick(["ROW", "STATEMENT"]),
      constraint,
      enabled: isView ? "" : random.pick(["", "", "", "DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS"]),
      ...(random.chance(0.2) ? { comment: random.pick(comments) } : {}),
    });
  }

  addPolicy(table: Relation): void {
    const random = this.#random;
    const column = random.maybe(this.#columns(table));
    if (column === undefined) return;
    const helper =
      column.type === "integer"
        ? random.maybe(this.#state.functions.filter(({ role }) => role === "helper"))
        : undefined;
    table.policies.push({
      id: this.id(),
      name: this.freshName(),
      permissive: random.chance(0.7),
      command: random.pick(["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]),
      roles: random.chance(0.5) ? ["public"] : random.some(roles, 2),
      column: column.id,
      ...(helper !== undefined && !column.array ? { helper: helper.id } : {}),
      ...(random.chance(0.2) ? { comment: random.pick(comments) } : {}),
    });
  }

  defaultPrivilege(): State["defaultPrivileges"][number] {
    const random = this.#random;
    const objects = random.pick(["TABLES", "SEQUENCES", "FUNCTIONS", "TYPES"]);
    const privileges = {
      TABLES: ["SELECT", "INSERT, UPDATE"],
      SEQUENCES: ["USAGE"],
      FUNCTIONS: ["EXECUTE"],
      TYPES: ["USAGE"],
    };
    const role = random.pick([...roles, "public"]);
    return {
      ...(random.chance(0.6) ? { schema: random.pick(this.#state.schemas).id } : {}),
      objects,
      privileges: random.pick(privileges[objects as keyof typeof privileges]),
      role,
      grantable: role !== "public" && random.chance(0.2),
    };
  }
}

/** Whether a generated column of `target` can be made from `source`. */
function fits(source: Column, target: Column): boolean {
  return isText(target.type)
    ? isText(source.type)
    : target.type === "bigint" && isInteger(source.type) && source.type !== "bigint";
}
