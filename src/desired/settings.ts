import type { Node } from "libpg-query";
import { DmError } from "../error.js";
import type { ParsedStatement } from "../parse/parser.js";
import { quoteIdentifier, quoteLiteral } from "../sql/quote.js";
import { as, strings } from "./tree.js";

/**
 * What SET and set_config() change for the statements after them in the same file: name → SET LOCAL
 * statement, or the role that grants.
 */
export type Settings = ReadonlyMap<string, string>;

/** Settings of a file that say how it is sent, not what it means; not every server knows each of them. */
const meaningless = new Set([
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "idle_session_timeout",
  "transaction_timeout",
  "client_min_messages",
  "log_min_messages",
  "row_security",
  "synchronous_commit",
  // Gone since PostgreSQL 12, still in old dumps.
  "default_with_oids",
]);

/** Who runs the statements, by SET ROLE or SET SESSION AUTHORIZATION; its value is the role's name. */
const grantorSetting = "role";

/** SET ROLE NONE: the session's own, said aloud. */
const nobodyElse = "none";

/** The role that grants, where the file says so. */
export function grantorIn(settings: Settings): string | undefined {
  const role = settings.get(grantorSetting);
  return role === nobodyElse ? undefined : role;
}

/** Whether the file says who grants: what is granted so waits for what everybody's own grants make possible. */
export const namesGrantor = (settings: Settings): boolean => settings.has(grantorSetting);

/** Throws a DmError when a statement that is no GRANT or REVOKE runs as another role. */
export function refuseOtherRole({ type, at, text }: ParsedStatement, settings: Settings): void {
  if (grantorIn(settings) === undefined || type === "GrantStmt") return;
  throw new DmError(
    "DM2105",
    `only GRANT and REVOKE may stand behind SET ROLE, not ${text.split(/\s/, 2).join(" ")}`,
    {
      at,
      next: ["write RESET ROLE above it", "give each object its owner: ALTER … OWNER TO"],
    },
  );
}

/**
 * The settings after this statement, or undefined when it is no setting.
 * Throws a DmError where a setting does not fit a schema file.
 */
export function settingsAfter(statement: ParsedStatement, settings: Settings): Settings | undefined {
  const set = as(statement.tree, "VariableSetStmt");
  if (set !== undefined) {
    const { kind, name } = set;
    if (kind === "VAR_RESET_ALL") return new Map();
    if (name === undefined || kind === "VAR_SET_MULTI" || kind === "VAR_SET_CURRENT") return undefined;
    if (name === "role" || name === "session_authorization") {
      const role = kind === "VAR_SET_VALUE" ? plainValue(set.args?.[0]) : undefined;
      const others = without(settings, grantorSetting);
      return role === undefined ? others : new Map([...others, [grantorSetting, role]]);
    }
    if (kind === "VAR_RESET" || kind === "VAR_SET_DEFAULT") return without(settings, name);
    return withSetting(
      settings,
      name,
      `SET LOCAL ${valueText(statement)}`,
      plainValue(set.args?.[0]),
      statement,
    );
  }
  const call = configCall(statement);
  if (call === undefined) return undefined;
  const text = `SELECT pg_catalog.set_config(${quoteLiteral(call.name)}, ${quoteLiteral(call.value)}, true)`;
  return withSetting(settings, call.name, text, call.value, statement);
}

function withSetting(
  settings: Settings,
  name: string,
  text: string,
  value: string | undefined,
  statement: ParsedStatement,
): Settings {
  if (meaningless.has(name)) return settings;
  if (name === "client_encoding" && !/^utf-?8$/i.test(value ?? "")) {
    const next = ["save the file as UTF-8", "dump with --encoding=UTF8"];
    throw new DmError("DM2105", `a schema file is UTF-8, not ${value}`, { at: statement.at, next });
  }
  if (name === "standard_conforming_strings" && /^(off|false|no|0)$/i.test(value ?? "")) {
    const next = ["write backslashes in E'…' strings"];
    throw new DmError("DM2105", "standard_conforming_strings is on in schema files", {
      at: statement.at,
      next,
    });
  }
  return new Map([...without(settings, name), [name, text]]);
}

function without(settings: Settings, name: string): Settings {
  return new Map([...settings].filter(([other]) => other !== name));
}

/** What follows SET, SET SESSION or SET LOCAL. */
function valueText({ tokens, source, end }: ParsedStatement): string {
  const words = tokens.slice(1);
  const [first, second] = words;
  const hasScope = /^(session|local)$/i.test(first?.text ?? "") && !/^(=|to)$/i.test(second?.text ?? "");
  return source.text.slice((hasScope ? second : first)?.start ?? end, end);
}

function plainValue(node: Node | undefined): string | undefined {
  const constant = as(node, "A_Const");
  return (
    constant?.sval?.sval ?? (constant?.boolval === undefined ? undefined : String(constant.boolval.boolval))
  );
}

/** The arguments of `SELECT [pg_catalog.]set_config('name', 'value', …)`. */
function configCall({ tree }: ParsedStatement): { name: string; value: string } | undefined {
  const select = as(tree, "SelectStmt");
  const [target, another] = select?.targetList ?? [];
  if (select?.fromClause !== undefined || another !== undefined) return undefined;
  const call = as(as(target, "ResTarget")?.val, "FuncCall");
  if (strings(call?.funcname).at(-1) !== "set_config") return undefined;
  const [name, value] = (call?.args ?? []).map(plainValue);
  // PostgreSQL writes an empty string as a constant without a value.
  return name === undefined ? undefined : { name, value: value ?? "" };
}

/** The schema that a name without one gets: the first of the search path, as far as the file says. */
export function schemaInForce(settings: Settings, path: readonly string[]): string {
  return settings.has("search_path") ? (path.find((schema) => schema !== "$user") ?? "public") : "public";
}

/** The schemas of a `search_path` set by this statement, or undefined when it sets something else. */
export function searchPathSet(statement: ParsedStatement): string[] | undefined {
  const set = as(statement.tree, "VariableSetStmt");
  if (set?.name === "search_path") return (set.args ?? []).flatMap((node) => plainValue(node) ?? []);
  const call = configCall(statement);
  if (call?.name !== "search_path") return undefined;
  return call.value.split(",").flatMap((part) => {
    const schema = part.trim();
    if (schema === "") return [];
    return [schema.startsWith('"') ? schema.slice(1, -1).replaceAll('""', '"') : schema.toLowerCase()];
  });
}

/**
 * The statements that put settings in force, and undo those others that files make; `names` are all of these.
 */
export function applySettings(settings: Settings, names: Iterable<string>): string {
  const known = new Set(names);
  const others = [...known].filter(
    (name) => name !== "search_path" && name !== grantorSetting && !settings.has(name),
  );
  // Unlike SET … TO DEFAULT this is content with a name that the server does not know.
  const reset =
    "SELECT pg_catalog.set_config(name, coalesce(reset_val, ''), true) FROM pg_catalog.pg_settings " +
    `WHERE pg_catalog.lower(name) IN (${others.map((name) => quoteLiteral(name.toLowerCase())).join(", ")})`;
  const role = grantorIn(settings);
  return [
    ...(known.has(grantorSetting) || role !== undefined ? ["RESET ROLE"] : []),
    ...(others.length === 0 ? [] : [reset]),
    ...(settings.has("search_path") ? [] : ['SET LOCAL search_path TO "$user", public']),
    ...[...without(settings, grantorSetting).values()],
    ...(role === undefined ? [] : [`SET LOCAL ROLE ${quoteIdentifier(role)}`]),
  ].join(";\n");
}

/** The setting under which names without a schema mean this one, and then `public`. */
export const searchPathTo = (schema: string) => `SET LOCAL search_path TO ${quoteIdentifier(schema)}, public`;
