import { childrenOf, columnsOf, setFree, slots } from "./columns.js";
import { Generator } from "./generate.js";
import { isInteger, isText, type Named, plainTypes, type Relation, type State } from "./model.js";
import { comments, roles } from "./names.js";
import type { Random } from "./random.js";
import { chooseOptions } from "./sorts/foreign.js";
import { sortOf } from "./sorts/index.js";
import type { Part } from "./sorts/sort.js";

/** Another state: a copy with a few things added, dropped, renamed, reordered or changed. */
export function edited(state: State, random: Random): State {
  const copy = structuredClone(state);
  const generator = new Generator(random, copy);
  for (let left = 1 + random.below(7); left > 0; left--) random.pick(edits)(copy, random, generator);
  return copy;
}

/** Changes something in one of these tables of the state. */
export function editTable(
  state: State,
  tables: readonly Relation[],
  random: Random,
  generator: Generator,
): void {
  random.pick(editsOfTables)({ ...state, relations: [...tables] }, random, generator);
}

type Edit = (state: State, random: Random, generator: Generator) => void;

const tables = (state: State) =>
  state.relations.filter(({ kind }) => kind === "table" || kind === "foreign table");
const views = (state: State) =>
  state.relations.filter(({ kind }) => kind === "view" || kind === "materialized view");

/** A relation goes, alone or with those that come from it. */
function removeRelation(state: State, relation: Relation | undefined, random: Random): void {
  if (relation === undefined) return;
  for (const child of childrenOf(state, relation)) {
    if (random.chance(0.5)) setFree(state, child);
    else removeRelation(state, child, random);
  }
  remove(state.relations, relation);
}

function removePart(state: State, part: Part | undefined): void {
  if (part === undefined) return;
  for (const table of state.relations) if (table.ofType === part.id) setFree(state, table);
  remove(state.parts, part);
}

function remove<T>(list: T[], item: T | undefined): void {
  if (item !== undefined) list.splice(list.indexOf(item), 1);
}

function inTable(work: (table: Relation, random: Random, generator: Generator, state: State) => void): Edit {
  return (state, random, generator) => {
    const all = tables(state);
    // What changes in a table that others come from changes in those, too.
    const heads = random.chance(0.3) ? all.filter((table) => childrenOf(state, table).length > 0) : [];
    const table = random.maybe(heads.length > 0 ? heads : all);
    if (table !== undefined) work(table, random, generator, state);
  };
}

function inColumn(
  work: (column: Relation["columns"][number], random: Random, generator: Generator, table: Relation) => void,
): Edit {
  return inTable((table, random, generator) => {
    const column = random.maybe(table.columns);
    if (column !== undefined) work(column, random, generator, table);
  });
}

/** Everything that has a name of its own. */
function named(state: State): Named[] {
  const { enums, domains, sequences, functions, relations, parts } = state;
  const schemas = state.schemas.filter(({ name }) => name !== "public");
  return [...schemas, ...enums, ...domains, ...sequences, ...functions, ...relations, ...parts];
}

const editsOfWholes: readonly Edit[] = [
  // Whole objects come and go.
  (state, _, generator) => state.relations.push(attached(generator, generator.table())),
  (state, _, generator) => state.relations.push(attached(generator, generator.view())),
  (state, _, generator) => state.schemas.push(generator.named()),
  (state, _, generator) => state.enums.push(generator.enum()),
  (state, _, generator) => state.domains.push(generator.domain()),
  (state, _, generator) => state.sequences.push(generator.sequence()),
  (state, random, generator) =>
    state.functions.push(
      random.pick([() => generator.helper(), () => generator.triggerFunction(), () => generator.alone()])(),
    ),
  (state, random) => removeRelation(state, random.maybe(state.relations), random),
  // Parts: several times, for there are many sorts of them.
  ...Array.from(
    { length: 8 },
    (): Edit => (_, random, generator) => {
      generator.addPart(random.pick(generator.sorts()));
    },
  ),
  ...Array.from({ length: 5 }, (): Edit => (state, random) => removePart(state, random.maybe(state.parts))),
  ...Array.from(
    { length: 12 },
    (): Edit => (state, random, generator) => {
      const part = random.maybe(state.parts);
      if (part !== undefined) changePart(part, state, random, generator);
    },
  ),
  (state, random, generator) => {
    const part = random.maybe(state.parts);
    if (part === undefined) return;
    delete part.grants;
    Object.assign(part, generator.grants(sortOf(part.sort).privileges ?? []));
  },
  (state, random) => remove(state.functions, random.maybe(state.functions)),
  (state, random) => remove(state.sequences, random.maybe(state.sequences)),
  (state, random) => remove(state.enums, random.maybe(state.enums)),
  (state, random) => remove(state.domains, random.maybe(state.domains)),
  (state, random) => {
    const gone = random.maybe(state.schemas.filter(({ name }) => name !== "public"));
    remove(state.schemas, gone);
    const rest = random.pick(state.schemas).id;
    for (const list of [
      state.enums,
      state.domains,
      state.sequences,
      state.functions,
      state.relations,
      state.parts,
    ]) {
      for (const item of list) if (item.schema === gone?.id) item.schema = rest;
    }
  },
  // Names, owners, comments, privileges, schemas.
  (state, random, generator) => {
    const item = random.maybe(named(state));
    if (item !== undefined) item.name = generator.freshName();
  },
  (state, random) => {
    const item = random.maybe(named(state));
    if (item !== undefined) toggle(item, "owner", random, roles);
  },
  (state, random) => {
    const item = random.maybe(named(state));
    if (item !== undefined) toggle(item, "comment", random, comments);
  },
  (state, random) => {
    const { enums, domains, sequences, functions, relations, parts } = state;
    const item = random.maybe([...enums, ...domains, ...sequences, ...functions, ...relations, ...parts]);
    if (item !== undefined) item.schema = random.pick(state.schemas).id;
  },
  (state, random, generator) => {
    const table = random.maybe(state.relations);
    if (table === undefined) return;
    delete table.grants;
    Object.assign(table, generator.grants(["SELECT", "INSERT", "UPDATE", "REFERENCES"]));
  },
  // Enums and domains.
  (state, random) => {
    const one = random.maybe(state.enums);
    if (one !== undefined) one.labels.splice(random.below(one.labels.length + 1), 0, `added ${state.next++}`);
  },
  (state, random) => {
    const one = random.maybe(state.enums.filter(({ labels }) => labels.length > 1));
    if (one === undefined) return;
    remove(one.labels, random.pick(one.labels));
    const columns = state.relations.flatMap((relation) => relation.columns);
    for (const column of columns) if (column.type === one.id) delete column.default;
  },
  (state, random) => {
    const one = random.maybe(state.enums);
    if (one !== undefined) one.labels = random.shuffled(one.labels);
  },
  (state, random) => {
    const one = random.maybe(state.domains);
    if (one !== undefined) one.notNull = !one.notNull;
  },
  (state, random, generator) => {
    const one = random.maybe(state.domains);
    if (one === undefined) return;
    if (one.checks.length > 0 && random.chance(0.5)) one.checks.pop();
    else one.checks.push(generator.domainCheck(one.type));
  },
  (state, random) => {
    const one = random.maybe(state.domains.filter(({ type }) => isText(type)));
    if (one !== undefined) toggle(one, "collation", random, ["C", "POSIX"]);
  },
  (state, random) => {
    const one = random.maybe(
      state.domains.filter(({ type }) => type === "text" || type === "character varying(40)"),
    );
    if (one !== undefined) one.type = one.type === "text" ? "character varying(40)" : "text";
  },
  // Sequences and routines.
  (state, random, generator) => {
    const one = random.maybe(state.sequences);
    if (one !== undefined) one.options = generator.sequence().options;
  },
  (state, random) => {
    const one = random.maybe(state.sequences);
    const table = random.maybe(tables(state));
    const column = random.maybe(table?.columns ?? []);
    if (one === undefined) return;
    if (one.ownedBy !== undefined) delete one.ownedBy;
    else if (table !== undefined && column !== undefined) {
      one.schema = table.schema;
      one.ownedBy = { table: table.id, column: column.id };
    }
  },
  (state, random, generator) => {
    const one = random.maybe(state.functions.filter(({ role }) => role === "helper"));
    if (one === undefined) return;
    const { body, attributes, signature } = generator.helper();
    Object.assign(one, random.chance(0.5) ? { body, attributes } : { body, attributes, signature });
  },
  (state, random, generator) => {
    const one = random.maybe(state.functions.filter(({ role }) => role === "alone"));
    if (one === undefined) return;
    const { name, id, schema, ...rest } = generator.alone();
    void [name, id, schema];
    delete one.relation;
    Object.assign(one, rest);
  },
  inTable((table, random, generator) => {
    const { keys, checks, foreignKeys, indexes, triggers, policies } = table;
    const named = [...keys, ...checks, ...foreignKeys].filter((one) => one.name !== undefined);
    const one = random.maybe([...named, ...indexes, ...triggers, ...policies]);
    if (one !== undefined) one.name = generator.freshName();
  }),
  // What comes from elsewhere.
  (state, _, generator) => {
    const partition = generator.partition();
    if (partition !== undefined) state.relations.push(partition);
  },
  (state, random) => {
    const child = random.maybe(
      state.relations.filter(
        (one) => one.parent !== undefined || one.inherits !== undefined || one.ofType !== undefined,
      ),
    );
    if (child !== undefined) setFree(state, child);
  },
  (state, random) => {
    const child = random.maybe(state.relations.filter(({ parent }) => parent !== undefined));
    const taken = state.relations.flatMap(({ parent }) =>
      parent?.table === child?.parent?.table ? [parent?.slot] : [],
    );
    const slot = random.maybe(
      Array.from({ length: slots }, (_, at) => at).filter((at) => !taken.includes(at)),
    );
    if (child?.parent !== undefined && slot !== undefined) child.parent.slot = slot;
  },
  inTable((table, random, generator) => {
    if (table.partitionBy !== undefined && random.chance(0.3)) delete table.partitionBy;
    else if (table.kind === "table") generator.partitionBy(table);
  }),
  inTable((table, _, generator, state) => {
    if (table.parent === undefined && table.ofType === undefined && table.partitionBy === undefined) {
      const had = columnsOf(state, table);
      generator.inherit(table);
      const comes = new Set(columnsOf(state, table).map(({ id }) => id));
      if (table.inherits !== undefined && had.some(({ id }) => !comes.has(id))) delete table.inherits;
    }
  }),
  inTable((table, random, generator) => {
    if (table.overrides.length > 0 && random.chance(0.5)) table.overrides.pop();
    else generator.override(table);
  }),
  inTable((table, random) => {
    if (table.kind === "foreign table") table.foreignOptions = chooseOptions(random);
  }),
];

const editsOfTables: readonly Edit[] = [
  inTable((table, _, generator) => table.columns.push(generator.column(table.columns))),
  inTable((table, _, generator) => table.columns.push(generator.column(table.columns))),
  inTable((table, random) => remove(table.columns, random.maybe(table.columns))),
  inTable((table, random) => {
    table.columns = random.shuffled(table.columns);
  }),
  inTable((table) => {
    table.unlogged = !table.unlogged;
  }),
  inTable((table, _, generator) => {
    table.options = generator.options("table");
  }),
  inTable((table, _, generator) => generator.addKey(table, "PRIMARY KEY")),
  inTable((table, _, generator) => generator.addKey(table, "UNIQUE")),
  inTable((table, _, generator) => generator.addCheck(table)),
  inTable((table, _, generator) => generator.addForeignKey(table)),
  inTable((table, _, generator) => generator.addExclusion(table)),
  inTable((table, _, generator) => generator.addIndex(table)),
  inTable((table, _, generator) => generator.addTrigger(table)),
  inTable((table, _, generator) => generator.addPolicy(table)),
  inTable((table, random) => remove(table.keys, random.maybe(table.keys))),
  inTable((table, random) => remove(table.checks, random.maybe(table.checks))),
  inTable((table, random) => remove(table.foreignKeys, random.maybe(table.foreignKeys))),
  inTable((table, random) => remove(table.indexes, random.maybe(table.indexes))),
  inTable((table, random) => remove(table.triggers, random.maybe(table.triggers))),
  inTable((table, random) => remove(table.policies, random.maybe(table.policies))),
  inTable((table) => delete table.exclusion),
  inTable((table, random) => {
    const key = random.maybe([...table.keys, ...table.foreignKeys]);
    if (key !== undefined) key.deferral = random.pick(["", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"]);
  }),
  inTable((table, random) => {
    const check = random.maybe([...table.checks, ...table.foreignKeys]);
    if (check !== undefined) check.notValid = !check.notValid;
  }),
  inTable((table, random) => {
    table.rowSecurity = table.rowSecurity.length > 0 ? [] : random.some(["ENABLE", "FORCE"]);
  }),
  inTable((table, random) => toggle(table, "replicaIdentity", random, ["FULL", "NOTHING"])),
  inTable((table, random) => {
    const trigger = random.maybe(table.triggers);
    if (trigger !== undefined)
      trigger.enabled = random.pick(["", "DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS"]);
  }),
  inTable((table, random) => {
    const trigger = random.maybe(table.triggers);
    if (trigger !== undefined && !trigger.constraint)
      trigger.timing = trigger.timing === "AFTER" ? "BEFORE" : "AFTER";
  }),
  inTable((table, random) => {
    const policy = random.maybe(table.policies);
    if (policy !== undefined) policy.roles = random.some(roles, 2);
  }),
  inTable((table, random) => {
    const index = random.maybe(table.indexes);
    if (index === undefined) return;
    if (random.chance(0.3) && index.method === "btree")
      index.options = index.options === "" ? "fillfactor=80" : "";
    else if (random.chance(0.5) && index.method === "btree") index.unique = !index.unique;
    else toggle(index, "comment", random, comments);
  }),
  inTable((table) => {
    for (const index of table.indexes) index.clustered = false;
  }),
  // Columns.
  inColumn((column, _, generator) => {
    column.name = generator.freshName();
  }),
  inColumn((column) => {
    column.notNull = !column.notNull;
  }),
  inColumn((column, random, generator) => {
    column.notNull = true;
    if (column.constraint !== undefined && random.chance(0.2)) delete column.constraint;
    else if (column.constraint !== undefined && random.chance(0.3))
      toggle(column.constraint, "comment", random, comments);
    else generator.nameNotNull(column);
  }),
  inTable((table, random, generator) => {
    const check = random.maybe([...table.checks, ...table.foreignKeys]);
    if (check !== undefined) check.notEnforced = !check.notEnforced && generator.notEnforced();
  }),
  inColumn((column, random, generator, table) => {
    if (column.array) return;
    const family = plainTypes.find(({ sql }) => sql === column.type)?.family;
    const others = plainTypes.filter((type) => type.family === family && family !== "other");
    column.type = random.chance(0.2) ? generator.columnType().type : (random.maybe(others)?.sql ?? "text");
    for (const key of ["collation", "storage", "compression", "identity", "default", "generated"] as const)
      delete column[key];
    for (const one of table.columns) if (one.generated?.from === column.id) delete one.generated;
    generator.dress(
      column,
      table.columns.filter(({ id }) => id !== column.id),
    );
  }),
  inColumn((column, random) => {
    if (isText(column.type) && !column.array) column.collation = random.pick(["C", "POSIX"]);
    else if (column.collation !== undefined) delete column.collation;
  }),
  inColumn((column, random, generator) => {
    if (column.generated !== undefined || column.identity !== undefined || column.array) return;
    const made = random.chance(0.7) ? generator.default(column.type) : undefined;
    if (made === undefined) delete column.default;
    else column.default = made;
  }),
  inColumn((column, random, generator) => {
    if (column.generated !== undefined || column.array) return;
    delete column.default;
    if (column.identity !== undefined && random.chance(0.4)) delete column.identity;
    else if (isInteger(column.type)) column.identity = generator.identity();
  }),
  inColumn((column, _, generator, table) => {
    if (column.generated !== undefined) delete column.generated;
    else if (column.identity === undefined && column.default === undefined && !column.array) {
      generator.generate(
        column,
        table.columns.filter(({ id, generated }) => id !== column.id && generated === undefined),
      );
    }
  }),
  inColumn((column, random) => {
    if (column.statistics === undefined) column.statistics = random.pick([0, 100]);
    else delete column.statistics;
  }),
  inColumn((column, random) => {
    if (isText(column.type) && !column.array) toggle(column, "storage", random, ["EXTERNAL", "MAIN"]);
  }),
  inColumn((column, random) => toggle(column, "nDistinct", random, ["-0.1", "55"])),
  inColumn((column, random) => toggle(column, "comment", random, comments)),
  inColumn((column, _, generator) => {
    delete column.grants;
    Object.assign(column, generator.grants(["SELECT", "INSERT", "UPDATE"]));
  }),
];

const edits: readonly Edit[] = [
  ...editsOfWholes,
  ...editsOfTables,
  // Views.
  (state, random, generator) => {
    const view = random.maybe(views(state));
    if (view !== undefined) generator.select(view);
  },
  (state, random, generator) => {
    const view = random.maybe(views(state));
    const source = state.relations.find(({ id }) => id === view?.source);
    const isTable = source !== undefined && tables(state).includes(source);
    const column = random.maybe(isTable ? columnsOf(state, source) : []);
    if (view !== undefined && column !== undefined) view.selected.push(generator.selected(column.id));
  },
  (state, random) => {
    const view = random.maybe(views(state));
    if (view === undefined) return;
    random.pick([
      () => {
        view.filter = !view.filter;
      },
      () => {
        view.populated = !view.populated;
      },
      () => {
        view.selected = random.shuffled(view.selected);
      },
    ])();
  },
  (state, random, generator) => {
    const view = random.maybe(views(state));
    if (view !== undefined) view.options = generator.options(view.kind);
  },
  (state, random) => {
    const view = random.maybe(state.relations.filter(({ kind }) => kind === "view"));
    const column = random.maybe(view?.selected ?? []);
    if (column !== undefined) toggle(column, "comment", random, comments);
  },
  (state, random) => {
    const view = random.maybe(views(state));
    if (view !== undefined) swapViews(view);
  },
  // A view becomes a table of the same name, or a table a view.
  (state, random, generator) => {
    const relation = random.maybe(state.relations);
    if (relation === undefined) return;
    const made = tables(state).includes(relation) ? generator.view() : generator.table();
    const { name, schema } = relation;
    removeRelation(state, relation, random);
    state.relations.push({ ...made, name, schema });
  },
  (state, _, generator) => state.defaultPrivileges.push(generator.defaultPrivilege()),
  (state, random) => remove(state.defaultPrivileges, random.maybe(state.defaultPrivileges)),
];

/** Something of what was chosen is chosen again, or all of it. */
function changePart(part: Part, state: State, random: Random, generator: Generator): void {
  const sort = sortOf(part.sort);
  if (sort.edit !== undefined && random.chance(0.8)) {
    sort.edit(part, { random, state, generator, before: part.id });
    return;
  }
  const made = generator.choose(sort, part.id);
  if (made === undefined) return;
  if (random.chance(0.2)) part.choice = made;
  else {
    const key = random.pick(Object.keys({ ...part.choice, ...made }));
    if (key in made) part.choice[key] = made[key];
    else delete part.choice[key];
  }
}

function swapViews(view: Relation): void {
  view.kind = view.kind === "view" ? "materialized view" : "view";
  view.options = [];
  view.triggers = [];
}

function attached(generator: Generator, relation: Relation): Relation {
  generator.attach(relation);
  return relation;
}

/** Takes an optional part away, or gives it one of these values. */
function toggle<K extends string>(
  item: { [key in K]?: string | undefined },
  key: K,
  random: Random,
  values: readonly string[],
): void {
  if (item[key] !== undefined && random.chance(0.5)) delete item[key];
  else item[key] = random.pick(values);
}
