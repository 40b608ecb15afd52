import { DmError, exitCode } from "../error.js";
import { resolveOne } from "../revision/identifier.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import { type Chain, fileOf } from "./chain.js";

/** What moves, and where to. */
export interface Branches {
  /** In order. */
  readonly mine: readonly string[];
  readonly onto: string;
  /** A cleanup that moves behind what stands on it, which is the first of `mine`. */
  readonly cleanup?: string;
}

/**
 * The revisions to move and the head to move them behind; nothing when they stand there already.
 * @throws DmError DM4127 when others stand on them, DM4129 when it must be said which are meant.
 */
export function branchesToRebase(
  chain: Chain,
  request: { readonly mine?: string; readonly onto?: string; readonly author?: string },
): Branches | undefined {
  const { graph } = chain;
  const mine = request.mine === undefined ? ownHead(chain, request) : resolveOne(graph, request.mine);
  if (mine === undefined) return undefined;
  const onto = request.onto === undefined ? otherHead(chain, mine) : resolveOne(graph, request.onto);
  if (onto === undefined) return undefined;
  const behind = cleanupBehind(chain, mine, onto);
  if (behind !== undefined) return behind;
  const [above, below] = [ancestors(graph, [mine]), ancestors(graph, [onto])];
  const own = inOrder(graph, new Set([...above].filter((id) => !below.has(id))));
  if (own.length === 0 || above.has(onto)) return undefined;
  refuseFollowed(chain, own);
  return { mine: own, onto };
}

/** A cleanup waits for its day, what was planned after it need not: that goes first then. */
function cleanupBehind(chain: Chain, cleanup: string, onto: string): Branches | undefined {
  const { graph } = chain;
  const below = ancestors(graph, [cleanup]);
  const above = inOrder(graph, new Set([...ancestors(graph, [onto])].filter((id) => !below.has(id))));
  const { phase, parents } = fileOf(chain, cleanup).revision;
  const [parent, ...others] = parents;
  const isBelow = ancestors(graph, [onto]).has(cleanup) && cleanup !== onto;
  if (phase !== "cleanup" || !isBelow || parent === undefined || others.length > 0) return undefined;
  const mine = [...above, cleanup];
  refuseFollowed(chain, mine);
  return { mine, onto: parent, cleanup };
}

/** The one head whose own revisions one person has written. */
function ownHead(chain: Chain, { author, onto }: { onto?: string; author?: string }): string | undefined {
  const { heads } = chain.graph;
  if (heads.length < 2) return undefined;
  const there = onto === undefined ? undefined : resolveOne(chain.graph, onto);
  const candidates = heads.filter((head) => head !== there);
  const own = candidates.filter((head) => {
    const others = ancestors(
      chain.graph,
      heads.filter((other) => other !== head),
    );
    const ids = [...ancestors(chain.graph, [head])].filter((id) => !others.has(id));
    return ids.every((id) => author !== undefined && fileOf(chain, id).revision.author === author);
  });
  const [only, ...more] = own;
  if (only !== undefined && more.length === 0) return only;
  throw new DmError("DM4129", "it is not clear which revisions are yours", {
    details: candidates.map((id) => describe(chain, id)),
    next: candidates.map((id) => `dm rebase ${id}`),
  });
}

function otherHead({ graph }: Chain, mine: string): string | undefined {
  const others = graph.heads.filter((id) => id !== mine);
  if (others.length < 2) return others[0];
  throw new DmError("DM4129", `there are ${others.length} other heads: ${others.join(", ")}`, {
    next: others.map((id) => `dm rebase ${mine} --onto ${id}`),
  });
}

function refuseFollowed(chain: Chain, own: readonly string[]): void {
  for (const id of own) {
    const node = chain.graph.nodes.get(id);
    const follower = [...(node?.children ?? []), ...(node?.dependents ?? [])].find(
      (one) => !own.includes(one),
    );
    if (follower === undefined) continue;
    throw new DmError("DM4127", `${follower} stands on ${id} and would not move with it`, {
      details: [describe(chain, follower)],
      next: [`move it first: dm rebase ${follower}`, "or join the heads instead: dm merge"],
      exit: exitCode.refused,
    });
  }
}

function describe(chain: Chain, id: string): string {
  const { message, author } = fileOf(chain, id).revision;
  return `${id}  ${message.split("\n")[0]}${author === undefined ? "" : `, ${author}`}`;
}
