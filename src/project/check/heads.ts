import { describeChanges } from "../../proof/prove.js";
import { type Chain, fileOf } from "../chain.js";
import { type Commutation, commute, type Obstacle } from "../commute.js";
import type { Workbench } from "../workbench.js";
import type { Base } from "./base.js";
import type { Finding } from "./finding.js";

/** Several heads: whether their lines may run in any order, and if not, which of them must be planned anew. */
export async function checkHeads(
  bench: Workbench,
  chain: Chain,
  base: Base | undefined,
): Promise<{ readonly findings: readonly Finding[]; readonly commute: boolean }> {
  const heads = ordered(chain, base);
  const findings: Finding[] = [];
  let doAllCommute = true;
  for (const [at, other] of heads.entries()) {
    for (const one of heads.slice(0, at)) {
      const found = await commute(bench, chain, one, other);
      doAllCommute &&= found.commutes;
      findings.push(found.commutes ? joinable(chain, one, other) : unjoinable(chain, one, other, found));
    }
  }
  return { findings, commute: doAllCommute };
}

/** What the base has first, then by age: the later one of two is the one that moves. */
function ordered({ graph, set }: Chain, base: Base | undefined): readonly string[] {
  const known = new Set(base?.files.map(({ name }) => name));
  const rank = (id: string) => {
    const file = set.files.find(({ revision }) => revision.id === id);
    return `${file !== undefined && known.has(file.name) ? 0 : 1} ${file?.revision.created}`;
  };
  return [...graph.heads].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

const about = { check: "graph", level: "error" } as const;

function joinable(chain: Chain, one: string, other: string): Finding {
  return {
    ...about,
    code: "DM7301",
    message: `the revisions have two heads, ${one} and ${other}, whose order does not matter`,
    at: fileOf(chain, other).path,
    revision: other,
    details: ["both orders were run in a shadow: they lead to the same state and rows, and back"],
    next: ["dm merge   joins them"],
  };
}

function unjoinable(chain: Chain, one: string, other: string, found: Commutation): Finding {
  const { obstacles, differences, rows } = found;
  return {
    ...about,
    code: "DM7302",
    message: `the revisions have two heads, ${one} and ${other}, and do not go together in either order`,
    at: fileOf(chain, other).path,
    revision: other,
    details: [
      ...obstacles.flatMap((obstacle) => [
        sentence(obstacle),
        ...obstacle.details.map((line) => `  ${line}`),
      ]),
      ...(differences.length === 0 ? [] : ["the two orders lead to different states:"]),
      ...describeChanges(differences, 10).map((line) => `  ${line}`),
      ...rows.map((table) => `the two orders leave other rows in ${table}`),
    ],
    next: [`dm rebase   plans ${other} anew behind ${one}`],
  };
}

function sentence({ first, revision, direction, message }: Obstacle): string {
  return direction === "up"
    ? `after ${first}, ${revision} fails: ${message}`
    : `after ${first}, ${revision} does not lead back: ${message}`;
}
