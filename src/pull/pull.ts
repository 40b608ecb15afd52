import { Catalog, compareText } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import { type PlannedStatement, plan } from "../plan/plan.js";
import { layout } from "./layout.js";
import { sqlText } from "./sql-file.js";
import { yamlText } from "./yaml-file.js";
import { type YamlDefinition, yamlDefinition } from "./yaml-table.js";

export interface SchemaText {
  /** Relative to the schema directory, with slashes. */
  readonly path: string;
  readonly text: string;
}

/**
 * A catalog as schema files, sorted by path: a file for each object with all that hangs on it. Loading them
 * gives the catalog again. As `yaml`, tables and enums are YAML as far as it has words for them, and all else
 * is SQL.
 * @param base an empty database of the same server: what needs no file.
 */
export function writeSchemaFiles(
  catalog: Catalog,
  base: Catalog,
  format: "sql" | "yaml",
): readonly SchemaText[] {
  const definitions = format === "yaml" ? yamlDefinitions(catalog, base) : new Map<FactId, YamlDefinition>();
  const statements = plan(withDefinitions(base, definitions, catalog), catalog).filter((statement) =>
    isDescription(statement, base),
  );
  const paths = layout([...definitions.keys(), ...statements.map(({ about }) => about)], [catalog, base]);
  const byPath = new Map<string, PlannedStatement[]>();
  for (const statement of statements) {
    const path = paths.get(statement.about);
    if (path !== undefined) byPath.set(path, [...(byPath.get(path) ?? []), statement]);
  }
  const files: SchemaText[] = [];
  for (const [id, { document }] of definitions) {
    const path = paths.get(id) ?? "";
    const inside = (byPath.get(path) ?? []).filter(fitsYaml);
    const sql = inside.length === 0 ? {} : { sql: sqlText(inside, catalog) };
    files.push({ path: `${path}.yaml`, text: yamlText({ ...document, ...sql }) });
    byPath.set(
      path,
      (byPath.get(path) ?? []).filter((statement) => !fitsYaml(statement)),
    );
  }
  for (const [path, list] of byPath) {
    if (list.length > 0) files.push({ path: `${path}.sql`, text: sqlText(list, catalog) });
  }
  return files.toSorted((a, b) => compareText(a.path, b.path));
}

function yamlDefinitions(catalog: Catalog, base: Catalog): ReadonlyMap<FactId, YamlDefinition> {
  const facts = [...catalog.facts.values()].filter(({ id }) => !base.has(id));
  return new Map(
    facts.flatMap((fact): [FactId, YamlDefinition][] => {
      const definition = yamlDefinition(fact, catalog);
      return definition === undefined ? [] : [[fact.id, definition]];
    }),
  );
}

/** The state that the definitions make of the base: what is still missing then is left to SQL. */
function withDefinitions(
  base: Catalog,
  definitions: ReadonlyMap<FactId, YamlDefinition>,
  catalog: Catalog,
): Catalog {
  const said = [...definitions.values()].flatMap(({ says }) => [...says]);
  if (said.length === 0) return base;
  return new Catalog({
    major: base.major,
    self: base.self,
    facts: [...base.facts.values(), ...said.flatMap((id) => catalog.get(id) ?? [])],
    edges: [...base.edges(), ...catalog.edges()],
  });
}

/** A block of SQL in YAML is indented, and the lines of a string in it would be too. */
const fitsYaml = ({ sql }: PlannedStatement) => !/[\r\n]/.test(sql.text);

/**
 * A schema file says what there is. What every new database has and this one does not (`public`) cannot be
 * said; that it lacks a comment or a privilege can: COMMENT … IS NULL, REVOKE.
 */
function isDescription({ action, facts }: PlannedStatement, base: Catalog): boolean {
  if (action !== "drop") return true;
  return facts.every((id) => base.get(id)?.identity.of !== undefined);
}
