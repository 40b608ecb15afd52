import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A recorded pair of states, as its suite tells it (see the README of the shared test material). */
export interface Pair {
  readonly suite: Suite;
  readonly name: string;
  /** `diff`: one becomes the other. `same`: b equals a. `equivalent`: the texts differ, the schemas do not. */
  readonly kind: "diff" | "same" | "equivalent";
  readonly a: string;
  readonly b: string;
  readonly min_version?: number;
  readonly roles?: readonly string[];
  /** Run once on the server before. */
  readonly setup?: readonly string[];
  /** Connects with a search path of its own that begins with the schema `foo`. */
  readonly user?: string;
  /** b says `@renamed` of what has another name in a. */
  readonly renames?: boolean;
  /** The statements of b are not in the order of their dependencies. */
  readonly unordered?: boolean;
}

export const suites = ["migra", "sqldef", "pgschema"] as const;
export type Suite = (typeof suites)[number];

/** Every pair of a suite. */
export function readPairs(shared: string, suite: Suite): Pair[] {
  return readFileSync(join(shared, "cases", `${suite}.jsonl`), "utf8")
    .trim()
    .split("\n")
    .map((line) => ({ ...(JSON.parse(line) as Omit<Pair, "suite">), suite }));
}
