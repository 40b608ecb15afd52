import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import type { RenderContext, Statement } from "../kinds/define.js";
import { address, isKindName, kindNames, kindOf, renameEnumValue } from "../kinds/index.js";
import type { Sql } from "../sql/sql.js";
import type { PlannedStatement } from "./plan.js";
import { holds, type Rename } from "./rename.js";

/** A step of renaming, and the step back. */
export interface RenameStep {
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
}

/** The statements of steps that follow each other, and those back in the opposite order. */
export function renamePlan(steps: readonly RenameStep[]): {
  up: PlannedStatement[];
  down: PlannedStatement[];
} {
  return { up: steps.flatMap(({ up }) => up), down: steps.toReversed().flatMap(({ down }) => down) };
}

/**
 * The steps that carry out renames in a state: schemas first that something moves to, parents before their parts, and
 * whatever holds a name before the one that takes it. Where names go around, one of them waits under a name that
 * nothing else has.
 */
export function renameSteps(renames: readonly Rename[], current: Catalog, wanted: Catalog): RenameStep[] {
  const moves = renames
    .filter((rename) => !isFixed(rename, current, wanted) && !isCarried(rename, renames, current))
    .map((rename) => moveOf(rename, current, wanted))
    .toSorted((a, b) => rankOf(a.to) - rankOf(b.to));
  const away = (identity: Identity) => aside(identity, current, wanted);
  const makeWay = occupants(moves, current).map((fact) => away(fact.identity));
  const inTurn = sequence(moves, away).flatMap((rename) => {
    if (!passesTakenName(rename, current, wanted)) return [rename];
    const hop = away(rename.from);
    return [hop, { from: hop.to, to: rename.to }];
  });
  return [...containers(moves, current, wanted), ...[...makeWay, ...inTurn].map(step)];
}

/** Whether it gets its name with what it inherits from, though the wanted state has them apart. */
function isCarried({ from, to }: Rename, renames: readonly Rename[], current: Catalog): boolean {
  const fact = current.get(factId(from));
  if (fact === undefined) return false;
  return current.dependencies(fact.id).some((edge) => {
    const above = edge.type === "inherits" ? current.get(edge.to) : undefined;
    if (above === undefined || kindOf(fact.identity.kind).inheritance?.(fact, above) !== "cascades")
      return false;
    return renames.some((other) => factId(other.from) === above.id && other.to.name === to.name);
  });
}

function isFixed({ from, to }: Rename, current: Catalog, wanted: Catalog): boolean {
  return [wanted, current].some((catalog) => {
    const fact = catalog.get(factId(catalog === wanted ? to : from));
    return fact !== undefined && kindOf(fact.identity.kind).isFixed?.(fact, catalog) === true;
  });
}

/** A rename, and the names that it sets free and takes. */
interface Move extends Rename {
  readonly leaves: readonly string[];
  readonly takes: readonly string[];
}

function moveOf({ from, to }: Rename, current: Catalog, wanted: Catalog, target = to): Move {
  // What becomes a part of something else, as an index does of a key, the wanted state does not have by itself.
  const fact = wanted.get(factId(target)) ?? current.get(factId(from));
  const names = (identity: Identity) =>
    fact === undefined
      ? [factId(identity)]
      : (kindOf(fact.identity.kind).occupies?.({ ...fact, identity } as Fact) ?? []);
  return { from, to, leaves: names(from), takes: names(to) };
}

/** What holds a name that is about to be taken, and keeps it otherwise: it is in the way until the plan deals with it. */
function occupants(moves: readonly Move[], current: Catalog): Fact[] {
  const taken = new Map(moves.flatMap(({ takes, to }) => takes.map((name) => [name, to.name] as const)));
  for (const { leaves } of moves) for (const name of leaves) taken.delete(name);
  if (taken.size === 0) return [];
  const leaving = new Set(moves.map(({ from }) => factId(from)));
  return [...current.facts.values()].filter((fact) => {
    if (leaving.has(fact.id)) return false;
    const { occupies, rename } = kindOf(fact.identity.kind);
    const isInWay = (name: string) => taken.get(name) === fact.identity.name;
    return rename !== undefined && (occupies?.(fact) ?? []).some(isInWay);
  });
}

/** What changes schema and name does one after the other, and has its old name in the new schema between. */
function passesTakenName({ from, to }: Rename, current: Catalog, wanted: Catalog): boolean {
  if (from.schema === to.schema || from.name === to.name || from.name === undefined) return false;
  const between = moveOf({ from, to: { ...to, name: from.name } }, current, wanted, to).takes;
  return [...current.facts.values()].some((fact) =>
    (kindOf(fact.identity.kind).occupies?.(fact) ?? []).some((name) => between.includes(name)),
  );
}

/** Each after its parent, and after what holds its name. */
function sequence(moves: readonly Move[], away: (identity: Identity) => Rename): Rename[] {
  const done: Rename[] = [];
  let open = [...moves];
  while (open.length > 0) {
    const isFree = (move: Move) =>
      open.every((other) => other === move || !other.leaves.some((name) => move.takes.includes(name)));
    const next = open.find((move) => isFree(move) && !open.some((other) => isParent(other, move)));
    if (next !== undefined) {
      done.push({ from: next.from, to: next.to });
      open = open.filter((move) => move !== next);
      continue;
    }
    const [first, ...rest] = open;
    if (first === undefined) break;
    const hop = away(first.from);
    done.push(hop);
    open = [{ ...first, from: hop.to, leaves: [] }, ...rest];
  }
  return done;
}

function isParent({ to }: Move, { to: part }: Move): boolean {
  return part.on !== undefined && to.on === undefined && to.name === part.on && to.schema === part.schema;
}

/** Schemas that are new and that something moves to before the plan makes them. */
function containers(moves: readonly Move[], current: Catalog, wanted: Catalog): RenameStep[] {
  const made = new Set(moves.map(({ to }) => factId(to)));
  const needed = new Set(moves.map(({ to }) => wanted.get(factId(to))?.parent));
  return [...needed].flatMap((id) => {
    const fact = wanted.get(id);
    if (fact === undefined || made.has(fact.id) || current.has(fact.id)) return [];
    const kind = kindOf(fact.identity.kind);
    if (kind.isContainer !== true) return [];
    const context: RenderContext = {
      ...{ major: wanted.major, current, wanted, catalog: wanted, folded: [] },
      address: (identity) => address(identity, wanted),
    };
    return [
      {
        up: planned(kind.create(fact, context), fact.identity, "create"),
        down: planned(kind.drop(fact, context), fact.identity, "drop"),
      },
    ];
  });
}

/** To a name that no person chose, that nothing has, and that no identifier's length limit cuts into another. */
function aside(from: Identity, current: Catalog, wanted: Catalog): Rename {
  for (let turn = 0; ; turn++) {
    const hash = createHash("sha256")
      .update(`${factId(from)} ${turn}`)
      .digest("hex");
    const to = { ...from, name: `dm_renamed_${hash.slice(0, 12)}` };
    if (!holds(current, to) && !holds(wanted, to)) return { from, to };
  }
}

function rankOf({ kind }: Identity): number {
  return isKindName(kind) ? kindNames.indexOf(kind) : kindNames.length;
}

const step = ({ from, to }: Rename): RenameStep => ({
  up: renaming(from, to),
  down: renaming(to, from),
});

/** What waits under a temporary name is told of by its way from there. */
const renaming = (from: Identity, to: Identity): PlannedStatement[] =>
  planned(statements(from, to), to, "alter").map((statement) => ({ ...statement, renamed: { from, to } }));

function statements(from: Identity, to: Identity): readonly Sql[] {
  if (from.kind === "enum value") return [renameEnumValue(from, to)];
  return isKindName(from.kind) ? (kindOf(from.kind).rename?.(from, to) ?? []) : [];
}

function planned(
  list: readonly (Sql | Statement)[],
  identity: Identity,
  action: PlannedStatement["action"],
): PlannedStatement[] {
  const { schema, on } = identity;
  const about = factId(
    on === undefined || schema === undefined ? identity : { kind: "table", schema, name: on },
  );
  return list.map((item) => ({
    ...("sql" in item ? item : { sql: item }),
    action,
    facts: [factId(identity)],
    about,
    losesData: [],
  }));
}
