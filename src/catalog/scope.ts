/** What dm manages of a database, as dm.yaml says under `manage:`; an empty scope is the default (docs/config.md). */
export interface Scope {
  /** Patterns of schemas; all of the user's unless given. */
  readonly schemas?: readonly string[];
  /** Patterns of what is left out; one that begins with `!` takes back what others before it left out. */
  readonly exclude?: readonly string[];
  /** Kinds that are managed, or with `-` in front, that are not. */
  readonly kinds?: readonly string[];
  /** Patterns of roles, or all that the schema files declare. */
  readonly roles?: true | readonly string[];
  /** Settings of the database and of managed roles, and the comment on the database. */
  readonly settings?: true;
}

/** Something that belongs to another tool and is left out without being asked for. */
export interface LeftOut {
  readonly kind: string;
  readonly name: string;
  /** The tool whose it is. */
  readonly tool: string;
}

export function isDefaultScope(scope: Scope): boolean {
  return Object.values(scope).every((value) => value === undefined);
}
