import { describe, expect, test } from "vitest";
import { dependencyQuery, extensionMemberQuery } from "../../src/introspect/dependencies.js";
import { kindNames, kindOf } from "../../src/kinds/index.js";
import { raw } from "../../src/sql/sql.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";
import { printedBy, unreadCatalogs, unreadColumns } from "./catalog-columns.js";

describe.each(eachPostgres)("of the catalogs of PostgreSQL %s", (postgres) => {
  test("the kinds read every one and every column, or there is a reason not to", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const { major } = database.version;
      const queries = [
        ...kindNames.map((kind) => kindOf(kind).query({ major, self: raw("current_user") })),
        dependencyQuery,
        extensionMemberQuery,
      ].join("\n");
      const words = new Set(queries.match(/\w+/g));
      const printed = new Set(
        Object.entries(printedBy)
          .filter(([printer]) => queries.includes(printer))
          .flatMap(([, columns]) => columns),
      );
      const columns = await database.query<{ catalog: string; column: string }>(
        `SELECT c.relname::text AS catalog, a.attname::text AS column
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND a.attnum > 0`,
      );
      expect(columns.length).toBeGreaterThan(500);
      const unread = columns.filter(({ catalog, column }) => {
        if (unreadCatalogs[catalog] !== undefined) return false;
        if (!words.has(catalog)) return true;
        const id = `${catalog}.${column}`;
        return !words.has(column) && !printed.has(id) && unreadColumns[id] === undefined;
      });
      expect(unread.map(({ catalog, column }) => `${catalog}.${column}`)).toEqual([]);
    });
  });
});
