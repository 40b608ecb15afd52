import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GraphRevision } from "../../src/revision/graph.js";

type Ends = string | string[] | null;
interface Common {
  readonly name: string;
  readonly revisions: readonly { id: string; down: string[]; depends_on?: string[]; labels?: string[] }[];
  readonly error?: { readonly type: string; readonly message: string };
  /** Alembic will disallow it, so that it is an error here. */
  readonly warning?: string;
}
interface Path extends Common {
  readonly op: "upgrade" | "downgrade";
  readonly from: string[];
  readonly to: Ends;
  readonly expect?: string[];
  readonly order?: "forced" | "free";
  readonly heads_after?: string[];
}
interface Between extends Common {
  readonly op: "range";
  readonly lower: Ends;
  readonly upper: Ends;
  readonly downgrade: boolean;
  readonly inclusive: boolean;
  readonly implicit_base: boolean;
  readonly expect?: string[];
  readonly order?: "forced" | "free";
}
interface Stamp extends Common {
  readonly op: "stamp";
  readonly from: string[];
  readonly to: string;
  readonly heads_after: string[];
}
interface Steps extends Common {
  readonly op: "steps";
  readonly from: string[];
  readonly steps: readonly { id: string; dir: "up" | "down"; heads_after: string[] }[];
}
interface Resolve extends Common {
  readonly op: "resolve";
  readonly ident: string | string[];
  readonly many: boolean;
  readonly expect?: string[];
}
interface Lineage extends Common {
  readonly op: "lineage";
  readonly against: string;
  readonly targets: string[];
  readonly expect: string[];
}
interface Load extends Common {
  readonly op: "load";
  readonly heads: string[];
  readonly real_heads: string[];
  readonly bases: string[];
  readonly real_bases: string[];
  readonly branch_points: string[];
  readonly merge_points: string[];
  readonly labels: Record<string, string[]>;
}
export type RecordedCase = Path | Between | Stamp | Steps | Resolve | Lineage | Load;

const directory = join(process.env.DM_SHARED ?? join(import.meta.dirname, "../../../shared"), "graph");
export const areRecorded = existsSync(directory);
if (!areRecorded) console.warn(`SKIPPED: the recorded graph cases are not in ${directory}; set DM_SHARED`);

export function recordedCases(file: string): RecordedCase[] {
  if (!areRecorded) return [];
  return (JSON.parse(readFileSync(join(directory, file), "utf8")) as { cases: RecordedCase[] }).cases;
}

export function revisionsOf({ revisions }: RecordedCase): GraphRevision[] {
  return revisions.map(({ id, down, depends_on = [], labels = [] }) => {
    return { id, parents: down, dependsOn: depends_on, labels };
  });
}
