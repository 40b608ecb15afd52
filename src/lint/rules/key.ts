import type { Catalog } from "../../catalog/catalog.js";
import { type Fact, isKind } from "../../catalog/fact.js";
import type { FactId } from "../../catalog/identity.js";
import type { Service } from "../../kinds/define.js";
import { kindOf } from "../../kinds/index.js";
import { indexElement, outermost, outermostCondition, printedList } from "../../kinds/printed-list.js";
import { quoteIdentifier } from "../../sql/quote.js";
import type { FoundInState, StateRules } from "../rule.js";

/** Foreign keys and indexes. */
export const keyRules: StateRules = {
  "foreign-key-without-index": ({ catalog }) =>
    foreignKeys(catalog).flatMap(({ fact, columns, to }) => {
      if (indexesOf(fact.parent, catalog).some((index) => begins(index, columns))) return [];
      return [
        {
          fact: fact.id,
          message: `no index begins with ${columns.join(", ")}: each DELETE and each new key in ${to} reads all of ${fact.identity.on}`,
          next: [`CREATE INDEX ON ${fact.identity.schema}.${fact.identity.on} (${columns.join(", ")})`],
        },
      ];
    }),

  "foreign-key-type": ({ catalog }) =>
    foreignKeys(catalog).flatMap(({ fact, columns, others }) => {
      const target = catalog.dependencies(fact.id).map(({ to }) => catalog.get(to));
      const typeOf = (table: FactId | undefined, column: string) =>
        table === undefined
          ? undefined
          : catalog
              .childrenOfKind(table, "column")
              .find(({ identity }) => quoteIdentifier(identity.name ?? "") === column)?.attributes.type;
      const referenced =
        target.find((one) => isKind(one, "table") && one.id !== fact.parent)?.id ?? fact.parent;
      return columns.flatMap((column, at): FoundInState[] => {
        const [own, other] = [typeOf(fact.parent, column), typeOf(referenced, others[at] ?? "")];
        if (own === undefined || other === undefined || own === other) return [];
        return [
          {
            fact: fact.id,
            message: `${fact.identity.on}.${column} is ${own} and refers to ${other}: a value may fit into one of them only, and joins compare with a cast`,
            next: [`give both the same type: ${other}`],
          },
        ];
      });
    }),

  "duplicate-index": ({ catalog }) =>
    catalog.ofKind("index").flatMap((index) => {
      if (isInherited(index, catalog)) return [];
      const own = serviceOf(index);
      const twin =
        own &&
        indexesOf(index.parent, catalog).find((other) => other.id !== index.id && covers(other, index, own));
      if (twin === undefined) return [];
      return [
        {
          fact: index.id,
          message: `${twin.id} serves every query that ${index.id} serves: writes pay for both`,
          next: [`drop ${index.identity.name}`],
        },
      ];
    }),

  "unused-index": ({ catalog, uses }) =>
    (uses ?? []).flatMap(({ index, scans, bytes, days }) => {
      const fact = catalog.get(index);
      if (scans > 0 || days < 14 || !isKind(fact, "index") || fact.attributes.unique) return [];
      return [
        {
          fact: index,
          message: `no query has used ${index} in ${days} days, and it takes ${Math.round(bytes / 1024)} kB`,
          next: ["look on each replica as well (pg_stat_user_indexes), then drop it"],
        },
      ];
    }),
};

interface ForeignKey {
  readonly fact: Fact<"constraint">;
  /** Quoted. */
  readonly columns: readonly string[];
  readonly to: string;
  readonly others: readonly string[];
}

function foreignKeys(catalog: Catalog): ForeignKey[] {
  return catalog.ofKind("constraint").flatMap((fact) => {
    if (fact.attributes.type !== "foreign key" || isInherited(fact, catalog)) return [];
    const { items: columns, rest } = printedList(fact.attributes.definition);
    const to = /^ REFERENCES ((?:"(?:[^"]|"")*"|[^\s("])+)/.exec(rest)?.[1] ?? "";
    return [{ fact, columns, to, others: printedList(rest).items }];
  });
}

const isInherited = ({ id }: Fact, catalog: Catalog) =>
  catalog.dependencies(id).some(({ type }) => type === "inherits");

type Indexed = Fact<"index"> | Fact<"constraint">;

/** The indexes of a table, those behind its constraints too. */
function indexesOf(table: FactId | undefined, catalog: Catalog): Indexed[] {
  if (table === undefined) return [];
  return [
    ...catalog.childrenOfKind(table, "index"),
    ...catalog
      .childrenOfKind(table, "constraint")
      .filter(({ attributes: { type } }) => type === "primary key" || type === "unique"),
  ];
}

const keyOf = (item: string) => indexElement(item).key;

/** Whether an index finds rows by these columns: they are its first, in any order, whatever its predicate leaves in. */
function begins(index: Indexed, columns: readonly string[]): boolean {
  const { definition } = index.attributes;
  if (isKind(index, "index") && !/^USING (btree|hash) /.test(definition)) return false;
  const where = outermostCondition(definition);
  // A predicate that only leaves out NULLs leaves out nothing that a foreign key refers with.
  const leavesOut = where !== undefined && !columns.some((column) => where === `(${column} IS NOT NULL)`);
  if (leavesOut) return false;
  const first = printedList(definition).items.slice(0, columns.length).map(keyOf);
  return columns.every((column) => first.includes(column));
}

const serviceOf = (fact: Indexed): Service | undefined => kindOf(fact.identity.kind).serves?.(fact);

/** Whether one index makes another superfluous: it begins alike, and asks no less of the rows. */
function covers(other: Indexed, index: Fact<"index">, own: Service): boolean {
  const service = serviceOf(other);
  if (service === undefined || service.on !== own.on || service.where !== own.where) return false;
  const isSame = service.columns.length === own.columns.length;
  const isBeginning = own.columns.every((column, at) => service.columns[at] === column);
  if (!isBeginning || !includes(other, index)) return false;
  const isUnique = isKind(other, "constraint") || (isKind(other, "index") && other.attributes.unique);
  if (index.attributes.unique && !(isSame && isUnique)) return false;
  if (!isSame) return own.on.endsWith(" btree");
  // Of two that are the same the constraint's stays, then the unique one, then the first by name.
  if (isKind(other, "constraint") || (isUnique && !index.attributes.unique)) return true;
  return isUnique === index.attributes.unique && (other.identity.name ?? "") < (index.identity.name ?? "");
}

/** What an index INCLUDEs is there to spare the table. */
function includes(other: Indexed, index: Fact<"index">): boolean {
  const payload = (definition: string) => {
    const at = outermost(definition, " INCLUDE (");
    return at < 0 ? [] : printedList(definition.slice(at)).items;
  };
  const there = [...payload(other.attributes.definition), ...printedList(other.attributes.definition).items];
  return payload(index.attributes.definition).every((column) => there.includes(column));
}
