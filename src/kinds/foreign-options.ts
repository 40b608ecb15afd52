import type { Identity } from "../catalog/identity.js";
import { DmError } from "../error.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";

/** OPTIONS (…) of what concerns foreign data. */
export interface ForeignOptions {
  /** `name=value`, sorted. */
  readonly options: readonly string[];
  /** Those whose values are nobody's business, as `name=fingerprint`: enough to see a change, too little to write one. */
  readonly secrets: readonly string[];
}

const isSecret = "(password|passwd|pwd|secret|token|(api|private|access)_?key)";
/** postgres_fdw's switch; it holds no password. */
const isNotSecret = "^password_required=";

const isSecretOption = `split_part(o, '=', 1) ~* '${isSecret}' AND o !~* '${isNotSecret}'`;

/** The two attributes of {@link ForeignOptions} as arguments of json_build_object(). */
export function foreignOptionsJson(column: string): string {
  return `'options', (SELECT coalesce(json_agg(o ORDER BY o), '[]') FROM unnest(${column}) o WHERE NOT (${isSecretOption})),
          'secrets', (SELECT coalesce(json_agg(split_part(o, '=', 1) || '=' ||
            left(encode(sha256(convert_to('dm ' || o, 'UTF8')), 'hex'), 8) ORDER BY o), '[]')
            FROM unnest(${column}) o WHERE ${isSecretOption})`;
}

const nameOf = (option: string) => option.slice(0, option.indexOf("="));
const textOf = (option: string) => option.slice(option.indexOf("=") + 1);
const assignment = (option: string) => sql`${name(nameOf(option))} ${literal(textOf(option))}`;

/** `OPTIONS (a '1', b '2')`, or nothing. */
export function foreignOptions(options: readonly string[]): Sql {
  return options.length === 0 ? raw("") : sql`OPTIONS (${join(options.map(assignment))})`;
}

/** `OPTIONS (ADD …, SET …, DROP …)`, or nothing. */
export function changeForeignOptions(from: readonly string[], to: readonly string[]): Sql {
  const [before, after] = [new Set(from.map(nameOf)), new Set(to.map(nameOf))];
  const clauses = [
    ...[...before].filter((option) => !after.has(option)).map((option) => sql`DROP ${name(option)}`),
    ...to
      .filter((option) => !from.includes(option))
      .map((option) => sql`${raw(before.has(nameOf(option)) ? "SET" : "ADD")} ${assignment(option)}`),
  ];
  return clauses.length === 0 ? raw("") : sql`OPTIONS (${join(clauses)})`;
}

/** @throws DmError DM3110 when the fact has secrets: dm reads fingerprints of them and can write none. */
export function refuseSecrets(identity: Identity, secrets: readonly string[], statement: Sql): void {
  if (secrets.length === 0) return;
  const names = secrets.map(nameOf).join(", ");
  const what =
    identity.on === undefined
      ? `${identity.kind} ${identity.name}`
      : `${identity.kind} of ${identity.name} for ${identity.on}`;
  throw new DmError("DM3110", `the ${what} has options that dm never reads in clear: ${names}`, {
    details: ["so dm can drop it and change its other options, but cannot write these"],
    next: [`run it yourself, where the secret is known: ${statement.text} OPTIONS (…)`, "then plan again"],
  });
}

/** Options that change, secrets that only may go: `ALTER … OPTIONS (…)`, or nothing. */
export function alterForeignOptions(
  identity: Identity,
  alter: Sql,
  from: ForeignOptions,
  to: ForeignOptions,
): Sql[] {
  refuseSecrets(
    identity,
    to.secrets.filter((secret) => !from.secrets.includes(secret)),
    alter,
  );
  const gone = from.secrets.filter((secret) => !to.secrets.includes(secret));
  const clause = changeForeignOptions([...from.options, ...gone], to.options);
  return clause.text === "" ? [] : [sql`${alter} ${clause}`];
}
