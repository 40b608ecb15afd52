import type { Node } from "libpg-query";
import { as } from "../../desired/tree.js";
import type { HazardCode } from "../../hazards/codes.js";
import type { LintCode } from "../codes.js";
import type { ChangeContext, ChangeRules, FoundInStatement } from "../rule.js";
import { alterations, columnConstraints, hasOption } from "../tree.js";

type Place = number | undefined;

/**
 * A form that does measured work under a lock, where there is one that does not. Whether it does the work here is
 * measured: a constraint that an index is there for builds none, a check that proves NOT NULL spares the scan.
 */
interface Form {
  /** What must have been measured, one of these. */
  readonly does: readonly HazardCode[];
  /** Where the form stands in a statement. */
  readonly in: (tree: Node, context: ChangeContext) => readonly Place[];
  readonly next: (tree: Node, context: ChangeContext) => readonly string[];
}

const blocks: readonly HazardCode[] = ["BLOCKS_READS", "BLOCKS_WRITES"];
const here: readonly Place[] = [undefined];
const nowhere: readonly Place[] = [];

const forms: Readonly<Partial<Record<LintCode, Form>>> = {
  "index-not-concurrent": {
    does: ["INDEX_BUILD"],
    in: (tree) => {
      const index = as(tree, "IndexStmt");
      return index !== undefined && index.concurrent !== true ? here : nowhere;
    },
    next: () => ["build it beside the writers: -- dm:step autocommit, then CREATE INDEX CONCURRENTLY"],
  },
  "reindex-not-concurrent": {
    does: ["INDEX_BUILD", ...blocks],
    in: (tree) => {
      const reindex = as(tree, "ReindexStmt");
      return reindex !== undefined && !hasOption(reindex.params, "concurrently") ? here : nowhere;
    },
    next: () => ["-- dm:step autocommit, then REINDEX (CONCURRENTLY)"],
  },
  "refresh-not-concurrent": {
    does: ["TABLE_REWRITE", "BLOCKS_READS"],
    in: (tree) =>
      as(tree, "RefreshMatViewStmt")?.concurrent === true ? nowhere : of(tree, "RefreshMatViewStmt"),
    next: () => ["REFRESH MATERIALIZED VIEW CONCURRENTLY: it needs a unique index on columns, without WHERE"],
  },
  "validate-in-same-transaction": {
    does: blocks,
    in: (tree, { written, half }) => {
      const added = half
        .filter(({ transaction }) => transaction === written.transaction)
        .flatMap(({ statement }) => alterations(statement.tree))
        .flatMap(({ constraint }) => (constraint?.skip_validation === true ? [constraint.conname] : []));
      const validated = alterations(tree).filter(
        ({ command }) => command.subtype === "AT_ValidateConstraint",
      );
      return validated.some(({ command }) => added.includes(command.name)) ? here : nowhere;
    },
    next: () => [
      "write -- dm:step commit above it: the strong lock of ADD CONSTRAINT then ends before the scan",
    ],
  },
  "constraint-without-not-valid": {
    does: blocks,
    in: (tree) => [
      ...alterations(tree).flatMap(({ command, constraint, column }) => {
        const inline = command.subtype === "AT_AddColumn" && column ? columnConstraints(column) : [];
        return [
          ...(constraint === undefined ? [] : [constraint]),
          ...inline.filter(({ contype }) => contype !== "CONSTR_NOTNULL"),
        ]
          .filter(({ contype, skip_validation }) => validating.has(contype) && skip_validation !== true)
          .map(({ location }) => location);
      }),
      ...domainConstraint(tree),
    ],
    next: () => ["add it NOT VALID; below a line -- dm:step commit, VALIDATE CONSTRAINT it"],
  },
  "not-null-scan": {
    does: blocks,
    in: (tree) =>
      alterations(tree).some(({ command }) => command.subtype === "AT_SetNotNull") ||
      as(tree, "AlterDomainStmt")?.subtype === "O"
        ? here
        : nowhere,
    next: (tree) => {
      const column =
        alterations(tree).find(({ command }) => command.subtype === "AT_SetNotNull")?.command.name ?? "…";
      return [
        `first ADD CONSTRAINT … CHECK (${column} IS NOT NULL) NOT VALID; in another transaction VALIDATE it`,
        "then SET NOT NULL, which reads nothing, and drop the check",
        "from version 18 on: ADD CONSTRAINT … NOT NULL … NOT VALID, then VALIDATE",
      ];
    },
  },
  "key-builds-index": {
    does: ["INDEX_BUILD", ...blocks],
    in: (tree) =>
      alterations(tree).flatMap(({ command, constraint, column }) => {
        const inline = command.subtype === "AT_AddColumn" && column ? columnConstraints(column) : [];
        return [...(constraint === undefined ? [] : [constraint]), ...inline]
          .filter(({ contype, indexname }) => building.has(contype) && indexname === undefined)
          .map(({ location }) => location);
      }),
    next: (tree, context) => usingIndex(tree, context),
  },
  "attach-scan": {
    does: blocks,
    in: (tree) =>
      alterations(tree).some(({ command }) => command.subtype === "AT_AttachPartition") ? here : nowhere,
    next: () => [
      "first give the partition a check that says what its bound says: NOT VALID, then VALIDATE in another transaction",
      "and the indexes of the parent, built CONCURRENTLY; then ATTACH PARTITION reads and builds nothing",
    ],
  },
  "column-rewrites-table": {
    does: ["TABLE_REWRITE"],
    in: (tree) =>
      alterations(tree).flatMap(({ command, column }) =>
        command.subtype === "AT_AddColumn" && column !== undefined ? [column.location] : [],
      ),
    next: () => [
      "add the column without the default, SET DEFAULT for new rows, and fill the old ones: -- dm:step backfill",
      "instead of a stored generated column: VIRTUAL from version 18 on, or a trigger and a backfill",
    ],
  },
  "type-change-rewrites-table": {
    does: ["TABLE_REWRITE", "INDEX_BUILD", ...blocks],
    in: (tree) =>
      alterations(tree).flatMap(({ command, column }) =>
        command.subtype === "AT_AlterColumnType" ? [column?.location] : [],
      ),
    next: () => [
      "add a column of the new type, keep both the same by a trigger, fill it (-- dm:step backfill), then switch over",
    ],
  },
};

const validating = new Set<string | undefined>(["CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_NOTNULL"]);
const building = new Set<string | undefined>(["CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION"]);

function of(tree: Node, type: "RefreshMatViewStmt"): readonly Place[] {
  return as(tree, type) === undefined ? nowhere : here;
}

/** ALTER DOMAIN … ADD, which reads every table that has a column of it. */
function domainConstraint(tree: Node): readonly Place[] {
  const alter = as(tree, "AlterDomainStmt");
  if (alter?.subtype !== "C") return nowhere;
  return as(alter.def, "Constraint")?.skip_validation === true ? nowhere : here;
}

/** The unique index that is there already, or how one comes about. */
function usingIndex(tree: Node, { standing, before }: ChangeContext): string[] {
  for (const { relation, constraint } of alterations(tree)) {
    const table = standing(relation);
    const isExclusion = constraint?.contype === "CONSTR_EXCLUSION";
    if (isExclusion || constraint?.without_overlaps === true) {
      const what = isExclusion ? "an exclusion constraint" : "a key WITHOUT OVERLAPS";
      return [`${what} takes no ready index: add it while the table is small, or in a quiet hour`];
    }
    const keys = (constraint?.keys ?? []).flatMap((key) => as(key, "String")?.sval ?? []);
    if (table === undefined || keys.length === 0) continue;
    const ready = before
      .childrenOfKind(table.id, "index")
      .find(({ attributes: { unique, valid, definition } }) => {
        const isPlain = /^USING btree \(([^()]*)\)$/.exec(definition)?.[1];
        return unique && valid && isPlain?.replaceAll('"', "") === keys.join(", ");
      });
    if (ready !== undefined)
      return [`there is a unique index: ADD CONSTRAINT … USING INDEX ${ready.identity.name}`];
  }
  return [
    "build it beside the writers first: -- dm:step autocommit, then CREATE UNIQUE INDEX CONCURRENTLY",
    "then, below -- dm:step: ADD CONSTRAINT … UNIQUE (or PRIMARY KEY) USING INDEX",
  ];
}

const isOfRows = (tree: Node) =>
  ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt"].includes(
    Object.keys(tree)[0] ?? "",
  );

/** Rules that know the form; what no form is known for is told as it was measured. */
export const workRules: ChangeRules = {
  ...Object.fromEntries(
    Object.entries(forms).map(([code, form]) => [code, (context: ChangeContext) => foundBy(form, context)]),
  ),
  "table-rewrite": (context) => {
    const { tree } = context.written.statement;
    if (isOfRows(tree) || isKnown(context)) return [];
    return tell(context, ["TABLE_REWRITE"], here, [
      "in a quiet hour; or copy into a new table, keep both the same by a trigger, and swap the names",
    ]);
  },
  "blocking-work": (context) => {
    const { tree } = context.written.statement;
    if (isOfRows(tree) || isKnown(context) || context.work.some(({ code }) => code === "TABLE_REWRITE"))
      return [];
    // Nobody writes to a materialized view but its REFRESH.
    if (as(tree, "RefreshMatViewStmt") !== undefined) return [];
    return tell(context, blocks, here, [
      "commit before it, so that earlier locks end: -- dm:step commit",
      "or do the work in a form that lets others read and write",
    ]);
  },
};

function foundBy(form: Form, context: ChangeContext): FoundInStatement[] {
  const { tree } = context.written.statement;
  return tell(context, form.does, form.in(tree, context), form.next(tree, context));
}

function isKnown(context: ChangeContext): boolean {
  // What is NOT NULL from the start reads the table to find that it is empty: required-column says so.
  const isRequired = alterations(context.written.statement.tree).some(
    ({ column }) =>
      column !== undefined && columnConstraints(column).some(({ contype }) => contype === "CONSTR_NOTNULL"),
  );
  if (isRequired) return true;
  return Object.values(forms).some((form) => foundBy(form, context).length > 0);
}

function tell(
  { work }: ChangeContext,
  codes: readonly HazardCode[],
  places: readonly Place[],
  next: readonly string[],
): FoundInStatement[] {
  if (!work.some(({ code }) => codes.includes(code))) return [];
  const message = work
    .filter(({ code }) => told.has(code))
    .map(({ what }) => what)
    .join("; ");
  return places.map((location) => ({ message, next, location }));
}

const told = new Set<HazardCode>(["TABLE_REWRITE", "FULL_SCAN", "INDEX_BUILD", ...blocks]);
