import { literal, name } from "../../src/sql/sql.js";

/** Roles belong to a whole server: those that tests share stand on each from its start and are never dropped. */
export const standingRoles: readonly string[] = ["one", "two", "dm_reader", "dm_writer", 'dm "Odd" role; --'];

/** Makes those of the roles that the server lacks; PGlite has none at first. */
export function missingRoles(roles: readonly string[]): string {
  const make = roles.map(
    (role) =>
      `IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(role).text}) THEN CREATE ROLE ${name(role).text}; END IF;`,
  );
  return `DO ${literal(`BEGIN ${make.join(" ")} END`).text}`;
}
