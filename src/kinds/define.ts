import type { Catalog } from "../catalog/catalog.js";
import type { AttributeValue, Fact, KindAttributes, KindName } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import type { Sql } from "../sql/sql.js";

/** What a kind's query may depend on. */
export interface QueryContext {
  /** The server's major version, 14 … 18. */
  readonly major: number;
  /** The role whose ownership goes without saying, as an SQL expression. */
  readonly self: Sql;
}

/** An object in PostgreSQL's own terms: catalog name, OID, sub-object number (as in pg_depend). */
export type Ref = readonly [catalog: string, oid: number, sub: number];

/** What an object comes from, through which tie between their tables, and whether it also stands by itself. */
export interface Inherited {
  readonly of: Ref;
  readonly via: Ref;
  readonly local: boolean;
}

/**
 * A row of a kind's query. `schema`, `on`, `name` and `args` make the identity; a satellite has `target` instead.
 * `refs` are the objects that stand for this fact in pg_depend (OID 0 for none), `parent` the object it belongs to, `needs` what it
 * depends on beyond pg_depend, `owner` what it is dropped with.
 */
export interface FactRow<A> {
  readonly schema?: string | null;
  readonly on?: string | null;
  readonly name?: string | null;
  readonly args?: readonly string[] | null;
  readonly target?: Ref | null;
  readonly parent?: Ref | null;
  readonly refs?: readonly Ref[] | null;
  readonly needs?: readonly Ref[] | null;
  readonly owner?: Ref | null;
  /**
   * What pg_depend ties to it and it does not need: its children do in its stead (a text search configuration's
   * dictionaries), or it needs only a part of it (a type's input function).
   */
  readonly ofParts?: readonly Ref[] | null;
  readonly inherits?: readonly Inherited[] | null;
  readonly position?: number | null;
  readonly noted?: Fact["noted"] | null;
  readonly attributes: A;
}

/** One statement, and what it asks of the transaction around it. */
export interface Statement {
  readonly sql: Sql;
  /**
   * `after`: what it makes is usable only after COMMIT. `alone`: refuses to run inside a transaction. `batches`: one
   * UPDATE that a live database runs in many short transactions.
   */
  readonly commit?: "after" | "alone" | "batches";
  /** In batches: rows that come meanwhile are none of its business. */
  readonly once?: true;
  /** Begins a transaction: the locks of what stands above are not held while it works. */
  readonly begins?: true;
  /** About what several databases share: see {@link Kind.shared}. */
  readonly isShared?: true;
}

/** What a kind sees when it writes SQL. */
export interface RenderContext {
  /** Major version of the server that will run the statement. */
  readonly major: number;
  /** The state that the plan begins with. */
  readonly current: Catalog;
  /** The state that it ends with. */
  readonly wanted: Catalog;
  /** Whether readers and writers of this table must not wait: CONCURRENTLY, where PostgreSQL has it. */
  readonly isOnline?: ((table: FactId) => boolean) | undefined;
  /** Columns whose numbers go on where something else sets them. */
  readonly isCounted?: ((column: FactId) => boolean) | undefined;
  /** Whether the plan creates it, be it anew. */
  readonly isMade?: ((id: FactId) => boolean) | undefined;
  /** The state that the fact is part of. */
  readonly catalog: Catalog;
  /** For a create: facts that the same statement makes (a table's columns and constraints). */
  readonly folded: readonly Fact[];
  /** How SQL refers to a fact: `TABLE app.patient`, `COLUMN app.patient.name`. */
  readonly address: (identity: Identity) => Sql;
}

/** What is there and what is to be there. */
export type States = Pick<AlterContext, "current" | "wanted">;

/** What a kind sees when a fact changes. */
export interface AlterContext extends Omit<RenderContext, "catalog" | "folded"> {
  /** What a column's values become when its type changes, where it is not what PostgreSQL makes of them. */
  readonly using?: ((column: FactId) => string | undefined) | undefined;
}

/** How some attributes of a fact change without replacing it. */
export interface AlterRule<K extends KindName> {
  /** The attributes, and the noted, that this one rule changes together. */
  readonly of: readonly (keyof KindAttributes[K] & string)[];
  /** Whether PostgreSQL can do this particular change in place; the fact is replaced otherwise. */
  readonly when?: (from: Fact<K>, to: Fact<K>, context: AlterContext) => boolean;
  /** Dependents that PostgreSQL wants gone meanwhile: dropped before, created again after. */
  readonly rebuilds?: (dependent: Fact, from: Fact<K>, to: Fact<K>, context: AlterContext) => boolean;
  /** Dependents whose creation or change comes before this one; all others come after it. */
  readonly awaits?: (dependent: Fact, from: Fact<K>, to: Fact<K>) => boolean;
  /** PostgreSQL makes the same change to what inherits from the fact. */
  readonly cascades?: true;
  /** Dependents whose drop comes after this one; all others come before it. */
  readonly releases?: (dependent: Fact, from: Fact<K>, to: Fact<K>) => boolean;
  /** Writes the relation anew: PostgreSQL refuses while columns elsewhere hold rows of it. */
  readonly rewrites?: true;
  readonly sql: (
    from: Fact<K>,
    to: Fact<K>,
    context: AlterContext,
  ) => Sql | Statement | readonly (Sql | Statement)[];
  /** What is still to do where PostgreSQL has made the change together with that of the one above. */
  readonly afterCascade?: (to: Fact<K>, above: Fact<K>, context: AlterContext) => readonly Sql[];
}

/**
 * How a fact that inherits comes into being. `cascades`: with the one it inherits from. `adopted`: by itself; the one
 * it inherits from finds it and takes it in. `cloned`: like `cascades`, and also when their tables are tied.
 */
export type Inheritance = "cascades" | "adopted" | "cloned";

/** What `manage:` turns on: roles with their memberships, and settings. */
export type Shared = "roles" | "settings";

/** What rows may keep PostgreSQL from making or changing something. */
export interface Preflight {
  /** `app.patient: several rows with the same email`. */
  readonly finds: string;
  /** SELECTs them, what offends and where a row each; absent where no query can tell beforehand. */
  readonly query?: Sql;
  /** The attribute whose change they would refuse, where that is not all. */
  readonly of?: string;
}

/** What code must do that it need not do before. */
export interface Demand {
  /** `column app.patient.email needs a value`. */
  readonly what: string;
  readonly attribute: string;
}

/** What an index is good for. An index serves what another does if its columns begin with the other's. */
export interface Service {
  /** The table and the access method. */
  readonly on: string;
  readonly columns: readonly string[];
  /** The predicate of a partial index. */
  readonly where: string;
}

/** What a kind sees when it looks for rows: both states have the new names, the rows are there under the old ones. */
export interface PreflightContext extends AlterContext {
  readonly renames: readonly { readonly from: Identity; readonly to: Identity }[];
  /** Whether the plan itself gives the column's empty rows a value. */
  readonly isFilled?: (column: Fact) => boolean;
  /** Whether all rows are known to satisfy what is made. */
  readonly isCertain?: (fact: Fact) => boolean;
  /** What the bounds of a partition demand of a row, where it is attached to what is there. */
  readonly bounds?: (tie: Fact<"partition">) => string | undefined;
  /** Which rows of a column whose type changes get a value of their own, not one made of that which they have. */
  readonly isRestored?: (column: Fact) => Sql | undefined;
}

export type Resemblance = "same" | "alike" | undefined;

/** Everything that dm knows of one kind of object. */
export interface Kind<K extends KindName> {
  readonly name: K;
  /** Selects {@link FactRow}s of the user's objects, `attributes` as JSON. */
  readonly query: (context: QueryContext) => string;
  /** How COMMENT ON, ALTER … OWNER TO and DROP name the object. Absent for what has no such name. */
  readonly address?: (identity: Identity, catalog: Catalog) => Sql;
  /** Names that no two facts may hold at once, such as `relation app.patient`. */
  readonly occupies?: (fact: Fact<K>) => readonly string[];
  readonly create: (fact: Fact<K>, context: RenderContext) => readonly (Sql | Statement)[];
  readonly drop: (fact: Fact<K>, context: RenderContext) => readonly (Sql | Statement)[];
  readonly alter: readonly AlterRule<K>[];
  /** Absent where PostgreSQL has no RENAME. */
  readonly rename?: (from: Identity, to: Identity) => readonly Sql[];
  /** Whether PostgreSQL refuses to rename just this one: it is made anew. */
  readonly isFixed?: (fact: Fact<K>, catalog: Catalog) => boolean;
  /**
   * Whether a dropped and a created fact look like one that was renamed. `same`: renaming is all it takes, and nothing
   * is lost by it. `alike`: a person must say, because a drop would lose data.
   */
  readonly resembles?: (from: Fact<K>, to: Fact<K>, context: States) => Resemblance;
  /** Whether CREATE of its parent can make it in the same statement. */
  readonly folds?: (fact: Fact<K>, parent: Fact, wanted: Catalog) => boolean;
  /** What of the current state becomes this fact's own when it is created: a unique index, a key's. */
  readonly adopts?: (fact: Fact<K>, current: Catalog) => FactId | undefined;
  /** Facts that come into being by themselves when `created` is created in this state (default privileges). */
  readonly implies?: (created: Fact, catalog: Catalog) => readonly Fact[];
  /** Whether it would come over parts of what is made that no plan sees: it goes meanwhile (an extension's members). */
  readonly isSuspendedFor?: (fact: Fact<K>, made: Fact) => boolean;
  /** What stands and would lack something once this is made: it goes and comes back after. */
  readonly renews?: (
    fact: Fact<K>,
    context: Pick<AlterContext, "current" | "wanted" | "major">,
  ) => readonly Fact[];
  /** Facts whose going or changing takes this one along, so that it must come after them. */
  readonly follows?: (fact: Fact<K>) => readonly Identity[];
  /** Siblings are created in their order, which nothing can change afterwards (a composite type's attributes). */
  readonly isOrdered?: true;
  /** Facts that it might come to rest on when it is created, although they are about to go or to change: they do before. */
  readonly createdAfter?: (fact: Fact<K>, context: States) => readonly FactId[];
  /** Facts that had better be there when it is created, if they are created too. */
  readonly createdBehind?: (fact: Fact<K>, wanted: Catalog) => readonly FactId[];
  /** Roles that the fact names and that must exist before it can be created. */
  readonly roles?: (fact: Fact<K>) => readonly string[];
  /** Whether PostgreSQL refuses to add this to its parent as it stands in the current state. */
  readonly needsNewParent?: (fact: Fact<K>, context: AlterContext) => boolean;
  /** Absent where nothing is inherited. */
  readonly inheritance?: (fact: Fact<K>, from: Fact) => Inheritance;
  /** Whether it is made after the ties of its table, whereas other parts are made before. */
  readonly afterTies?: (fact: Fact<K>, catalog: Catalog) => boolean;
  /** Whether this one would take in `part` when their tables are tied, be it meant for another: of several, the oldest. */
  readonly takesIn?: (above: Fact<K>, part: Fact) => boolean;
  /** What is still to do for a fact that came into being with the one it inherits from. */
  readonly afterInheriting?: (fact: Fact<K>, context: RenderContext) => readonly Sql[];
  /** What comes with the fact it inherits from and is never taken in: it goes before the tables are tied. */
  readonly isAlwaysCloned?: (fact: Fact<K>) => boolean;
  /** Whether PostgreSQL refuses to tie its table in the state while it is there: it is made after the tie. */
  readonly isInWayOfTies?: (fact: Fact<K>, catalog: Catalog) => boolean;
  /** Goes when the tie goes through which it inherits. */
  readonly diesUntied?: true;
  /** What depends on it is made anew when it goes, also where it could change in place into what does not. */
  readonly holdsOn?: true;
  /** Ties two tables, parts of one to parts of the other; what becomes of these when the others are dropped (ALTER TABLE, ONLY). */
  readonly isTie?: "parts stay" | "parts go";
  /** Whether PostgreSQL wants it gone before what it is part of. */
  readonly dropsApart?: (fact: Fact<K>, states: Pick<RenderContext, "current" | "wanted">) => boolean;
  /** Whether to create it writes the rows of its parent anew. */
  readonly rewrites?: (fact: Fact<K>, catalog: Catalog) => boolean;
  /**
   * A column: how its values stand aside, independent of the type, while the relations are written anew whose rows they
   * are or contain.
   */
  readonly park?: { readonly away: (fact: Fact<K>) => Sql; readonly back: Pick<AlterRule<K>, "of" | "sql"> };
  /** A fact whose name is an attribute: how it gives it up while others take it that give it theirs, and gets its own. */
  readonly cedes?: { readonly away: (fact: Fact<K>) => Sql; readonly back: Pick<AlterRule<K>, "of" | "sql"> };
  /** Whether rows or values go with it when it is dropped. */
  readonly holdsData?: (fact: Fact<K>) => boolean;
  /** The part of a fact that decides who may do what; nothing where it has none. */
  readonly access?: (fact: Fact<K>) => AttributeValue | undefined;
  /** Code outside of the database calls it by its name; where not all of the kind are called, whether this one is. */
  readonly isNamedByCode?: true | ((fact: Fact<K>) => boolean);
  /** What a change asks of code that was written before it, and the attribute that asks. */
  readonly asksMore?: (
    from: Fact<K> | undefined,
    to: Fact<K> | undefined,
    states: States,
  ) => Demand | undefined;
  /** A body in text: PostgreSQL tracks nothing of what it names. */
  readonly body?: (fact: Fact<K>) => { readonly language: string; readonly text: string } | undefined;
  /** What queries may be answered by: an index. */
  readonly serves?: (fact: Fact<K>) => Service | undefined;
  /** The rows that would make a creation (`from` is missing) or a change fail, where the object has rows already. */
  readonly preflight?: (
    from: Fact<K> | undefined,
    to: Fact<K>,
    context: PreflightContext,
  ) => readonly Preflight[];
  /** DROP refuses while it holds anything (a schema). */
  readonly isContainer?: true;
  /**
   * Belongs to the whole server, or to the database as such: read only on request, and never built on a server that
   * other databases live on (docs/architecture.md, Decisions).
   */
  readonly shared?: Shared;
  /** A satellite that is seen on what an extension brought along too. */
  readonly isOfMembers?: true;
  /** Acts upon what a plan does (an event trigger): created after everything else, dropped before. */
  readonly isWatcher?: true;
  /**
   * A type or a table: replaced by setting the old one aside under another name, so that what it holds moves to the new
   * one. Gives the statements that rename it away, and those that drop it.
   */
  readonly setAside?: (
    fact: Fact<K>,
    name: string,
    current: Catalog,
  ) => { readonly rename: Sql | readonly Sql[]; readonly drop: Sql };
  /** How what was set aside gives what it holds to its replacement, before it is dropped. */
  readonly handOver?: (from: Fact<K>, to: Fact<K>, aside: string, context: AlterContext) => readonly Sql[];
  /** A part that stays with the old one when that is set aside. */
  readonly goesAside?: (fact: Fact<K>) => boolean;
  /** A column: how it moves to a replaced type of the same name, in place of any other rule of these attributes. */
  readonly retype?: Pick<AlterRule<K>, "of" | "sql" | "afterCascade">;
}

/** Declares a kind; the type argument ties its parts together. */
export function defineKind<K extends KindName>(kind: Kind<K>): Kind<K> {
  return kind;
}
