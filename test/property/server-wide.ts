import { quoteIdentifier as q, quoteLiteral } from "../../src/sql/quote.js";
import { comments } from "./names.js";
import type { Random } from "./random.js";

/** What belongs to the whole server, and what is said of the database as such. */
export interface ServerWide {
  /** All names begin with it: no other run, and no other test, has roles of such names. */
  readonly prefix: string;
  roles: Role[];
  memberships: Membership[];
  settings: Setting[];
  comment?: string;
}

interface Role {
  readonly id: number;
  readonly name: string;
  options: string[];
  comment?: string;
}

/** The role is granted to the member, by a role that may or by whoever makes the state. */
interface Membership {
  readonly role: number;
  readonly member: number;
  options: string;
  readonly by?: number;
}

/** Of a role, of the database, or of a role in the database. */
interface Setting {
  readonly role?: number;
  readonly inDatabase: boolean;
  readonly parameter: string;
  value: string;
}

const forms: readonly ((n: number) => string)[] = [
  (n) => `plain_${n}`,
  (n) => `Upper Case ${n}`,
  (n) => `quo"te"${n}`,
  (n) => `apos'trophe${n}`,
  (n) => `%s; -- ${n}`,
  (n) => `zahn🦷ü${n}`,
];

const roleOptions: readonly (readonly string[])[] = [
  ["SUPERUSER"],
  ["CREATEDB"],
  ["CREATEROLE"],
  ["NOINHERIT"],
  ["LOGIN"],
  ["REPLICATION"],
  ["BYPASSRLS"],
  ["CONNECTION LIMIT 3", "CONNECTION LIMIT 0"],
  ["VALID UNTIL '2031-02-03 04:05:06+02'", "VALID UNTIL 'infinity'"],
];

/** Parameters with values as SET takes them: quoted already where they are. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  work_mem: ["'8MB'", "'9MB'"],
  search_path: ["''", '"Odd, one", app, "a%b"', "'$user', public"],
  "app.theme": ["'dark = 1'", "'it''s'", "''"],
  statement_timeout: ["0", "'5min'"],
};

/** What sessions of the tests begin with must not be in the tests' way. */
const ofDatabase = ["work_mem", "app.theme"];

export class ServerWideGenerator {
  readonly #random: Random;
  readonly #major: number;
  readonly #nextId: () => number;

  constructor(random: Random, major: number, nextId: () => number) {
    this.#random = random;
    this.#major = major;
    this.#nextId = nextId;
  }

  start(prefix: string): ServerWide {
    const random = this.#random;
    const made: ServerWide = { prefix, roles: [], memberships: [], settings: [] };
    for (let left = 1 + random.below(4); left > 0; left--) this.addRole(made);
    for (let left = random.below(4); left > 0; left--) this.addMembership(made);
    for (let left = random.below(5); left > 0; left--) this.addSetting(made);
    if (random.chance(0.4)) made.comment = random.pick(comments);
    return made;
  }

  addRole(to: ServerWide): void {
    const random = this.#random;
    const id = this.#nextId();
    to.roles.push({
      id,
      name: `${to.prefix}${random.pick(forms)(id)}`,
      options: this.#options(),
      ...(random.chance(0.3) ? { comment: random.pick(comments) } : {}),
    });
  }

  #options(): string[] {
    const random = this.#random;
    return random.chance(0.4) ? [] : random.some(roleOptions, 3).map((words) => random.pick(words));
  }

  /** A role is granted to one made after it, so that nothing is a member of itself. */
  addMembership(to: ServerWide): void {
    const random = this.#random;
    const [role, member] = random
      .shuffled(to.roles)
      .slice(0, 2)
      .toSorted((a, b) => a.id - b.id);
    if (role === undefined || member === undefined) return;
    const giver =
      this.#major >= 16 && random.chance(0.6)
        ? random.maybe(to.memberships.filter((one) => one.role === role.id && isAdmin(one)))?.member
        : undefined;
    const by = giver === member.id ? undefined : giver;
    const isSame = (one: Membership) => one.role === role.id && one.member === member.id && one.by === by;
    if (to.memberships.some(isSame)) return;
    to.memberships.push({
      role: role.id,
      member: member.id,
      options: this.#membershipOptions(),
      ...(by === undefined ? {} : { by }),
    });
  }

  #membershipOptions(): string {
    const old = ["", " WITH ADMIN OPTION"];
    const recent = [" WITH INHERIT FALSE", " WITH SET FALSE, INHERIT TRUE", " WITH ADMIN TRUE, SET FALSE"];
    return this.#random.pick(this.#major >= 16 ? [...old, ...old, ...recent] : old);
  }

  addSetting(to: ServerWide): void {
    const random = this.#random;
    const role = random.chance(0.7) ? random.maybe(to.roles)?.id : undefined;
    const inDatabase = role === undefined || random.chance(0.4);
    const parameter = random.pick(role === undefined ? ofDatabase : Object.keys(parameters));
    const isSame = (one: Setting) =>
      one.role === role && one.inDatabase === inDatabase && one.parameter === parameter;
    if (to.settings.some(isSame)) return;
    const value = random.pick(parameters[parameter] ?? []);
    to.settings.push({ inDatabase, parameter, value, ...(role === undefined ? {} : { role }) });
  }

  /** Changes one thing; the name of a role that went, if one did. */
  edit(one: ServerWide): string | undefined {
    const random = this.#random;
    const role = random.maybe(one.roles);
    const membership = random.maybe(one.memberships);
    const setting = random.maybe(one.settings);
    const changes: readonly (() => string | undefined)[] = [
      () => void this.addRole(one),
      () => void this.addMembership(one),
      () => void this.addSetting(one),
      () => (role === undefined ? undefined : removeRole(one, role)),
      () => void (role !== undefined && Object.assign(role, { options: this.#options() })),
      () => {
        if (role?.comment === undefined) Object.assign(role ?? {}, { comment: random.pick(comments) });
        else delete role.comment;
        return undefined;
      },
      () => void (membership !== undefined && one.memberships.splice(one.memberships.indexOf(membership), 1)),
      () =>
        void (membership !== undefined && Object.assign(membership, { options: this.#membershipOptions() })),
      () => void (setting !== undefined && one.settings.splice(one.settings.indexOf(setting), 1)),
      () => {
        if (setting !== undefined) setting.value = random.pick(parameters[setting.parameter] ?? []);
        return undefined;
      },
      () => {
        if (one.comment === undefined) one.comment = random.pick(comments);
        else delete one.comment;
        return undefined;
      },
    ];
    return random.pick(changes)();
  }
}

const isAdmin = ({ options }: Membership) => options.includes("ADMIN");

function removeRole(from: ServerWide, { id, name }: Role): string {
  from.roles = from.roles.filter((role) => role.id !== id);
  from.memberships = from.memberships.filter(
    ({ role, member, by }) => role !== id && member !== id && by !== id,
  );
  from.settings = from.settings.filter(({ role }) => role !== id);
  return name;
}

/** A statement of the database that it runs in; its name is `%I`. */
export function ofThisDatabase(head: string, tail: string): string {
  const escaped = (text: string) => text.replaceAll("%", "%%");
  const template = quoteLiteral(`${escaped(head)}%I${escaped(tail)}`);
  return `DO ${quoteLiteral(`BEGIN EXECUTE format(${template}, current_database()); END`)}`;
}

/** No one's comment on the database: a scratch database has one by which it is known. */
export const withoutDatabaseComment = ofThisDatabase("COMMENT ON DATABASE ", " IS NULL");

export function createServerWide(one: ServerWide, major: number): string[] {
  const names = new Map(one.roles.map(({ id, name }) => [id, q(name)]));
  const granted = one.memberships
    // A grantor needs a right that this state may have lost; who has it stands before.
    .filter(({ by, role }) => by === undefined || hasRight(one, role, by))
    .toSorted((a, b) => Number(a.by !== undefined) - Number(b.by !== undefined));
  return [
    ...one.roles.flatMap(({ name, options, comment }) => [
      `CREATE ROLE ${[q(name), ...options].join(" ")}`,
      ...(comment === undefined ? [] : [`COMMENT ON ROLE ${q(name)} IS ${quoteLiteral(comment)}`]),
    ]),
    ...granted.map(({ role, member, options, by }) => {
      const grantor = by === undefined || major < 16 ? "" : ` GRANTED BY ${names.get(by)}`;
      return `GRANT ${names.get(role)} TO ${names.get(member)}${options}${grantor}`;
    }),
    ...one.settings.map(({ role, inDatabase, parameter, value }) => {
      const set = ` SET ${parameter.split(".").map(q).join(".")} TO ${value}`;
      if (role === undefined) return ofThisDatabase("ALTER DATABASE ", set);
      const head = `ALTER ROLE ${names.get(role)}`;
      return inDatabase ? ofThisDatabase(`${head} IN DATABASE `, set) : `${head}${set}`;
    }),
    ...(one.comment === undefined
      ? []
      : [ofThisDatabase("COMMENT ON DATABASE ", ` IS ${quoteLiteral(one.comment)}`)]),
  ];
}

/** Whether who makes the state gave the role to this one WITH ADMIN OPTION. */
function hasRight({ memberships }: ServerWide, role: number, by: number): boolean {
  return memberships.some(
    (one) => one.role === role && one.member === by && one.by === undefined && isAdmin(one),
  );
}
