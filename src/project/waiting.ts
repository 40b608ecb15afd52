import { lastDirections } from "../apply/journal.js";
import type { Database } from "../database/database.js";
import type { HeaderFile } from "../revision/directory.js";
import { ancestors } from "../revision/lineage.js";
import type { Phase, RevisionHeader } from "../revision/revision.js";
import { type Chain, fileOf } from "./chain.js";

/** What a revision that is not applied waits for. */
export interface Waiting {
  readonly id: string;
  readonly phase?: Phase;
  /**
   * - `apply`: nothing but `dm apply`.
   * - `itself`: it was begun, and is not done.
   * - `revision`: another one comes first.
   * - `cleanup`: for the application's old version to be gone, then `dm apply --cleanup`.
   * - `behind cleanup`: another one, which waits for that.
   */
  readonly for: "apply" | "itself" | "revision" | "cleanup" | "behind cleanup";
  /** The revision that it waits for. */
  readonly after?: string;
  /** It was applied, and taken back. */
  readonly isTakenBack?: true;
}

/** A plan of which some phases are applied, and others not. */
export interface OpenPlan {
  readonly plan: string;
  readonly message: string;
  readonly applied: readonly Phase[];
  readonly pending: readonly Phase[];
  /** Where `dm rollback` leads that abandons it; `base` where it stands on nothing. */
  readonly back: string;
}

/** What each pending revision waits for, in their order. */
export async function waitingOf(
  chain: Chain<HeaderFile>,
  pending: readonly RevisionHeader[],
  unfinished: string | undefined,
  database: Database,
): Promise<Waiting[]> {
  const ids = new Set(pending.map(({ id }) => id));
  const last = pending.length === 0 ? new Map() : await lastDirections(database);
  return pending.map((revision) => {
    const { id, phase } = revision;
    const below = [...ancestors(chain.graph, [id])].filter((one) => one !== id && ids.has(one));
    const first = pending.find((one) => below.includes(one.id) && one.phase === "cleanup");
    const before = pending.findLast((one) => below.includes(one.id));
    return {
      id,
      ...(phase && { phase }),
      ...reasonOf(revision, { isBegun: unfinished === id, cleanup: first?.id, before: before?.id }),
      ...(last.get(id) === "down" && unfinished !== id ? { isTakenBack: true } : {}),
    };
  });
}

function reasonOf(
  { phase }: RevisionHeader,
  { isBegun, cleanup, before }: { isBegun: boolean; cleanup: string | undefined; before: string | undefined },
): Pick<Waiting, "for" | "after"> {
  if (isBegun) return { for: "itself" };
  if (phase === "cleanup") return { for: "cleanup", ...(before && { after: before }) };
  if (cleanup !== undefined) return { for: "behind cleanup", after: cleanup };
  return before === undefined ? { for: "apply" } : { for: "revision", after: before };
}

/** Plans that are under way, or given up half way. */
export function openPlans(
  chain: Chain<HeaderFile>,
  applied: readonly string[],
  pending: readonly RevisionHeader[],
): OpenPlan[] {
  const plans = new Set(pending.flatMap(({ plan }) => plan ?? []));
  const done = applied.map((id): RevisionHeader => fileOf(chain, id).revision);
  return [...plans].flatMap((plan): OpenPlan[] => {
    const isOf = (one: RevisionHeader) => one.plan === plan;
    const own = done.filter(isOf);
    const [first] = own;
    if (first === undefined) return [];
    const phasesOf = (list: readonly RevisionHeader[]) => list.flatMap(({ phase }) => phase ?? []);
    return [
      {
        ...{ plan, message: first.message, back: first.parents[0] ?? "base" },
        ...{ applied: phasesOf(own), pending: phasesOf(pending.filter(isOf)) },
      },
    ];
  });
}
