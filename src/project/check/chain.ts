import type { Catalog } from "../../catalog/catalog.js";
import { type Change, diff } from "../../diff/diff.js";
import { DmError } from "../../error.js";
import type { Site } from "../../proof/build.js";
import { describeChanges } from "../../proof/prove.js";
import { type Chain, fileOf } from "../chain.js";
import { withReplay } from "../replay.js";
import { half, isTransactional, tryRevision, wayBackCodes } from "../trial.js";
import type { Workbench } from "../workbench.js";
import { type Finding, findingOf } from "./finding.js";

export interface ChainRun {
  readonly findings: readonly Finding[];
  /** The state that the whole chain builds; nothing where it does not run. */
  readonly head: Catalog | undefined;
  /** Revisions that were run up, down and up again one by one, and what each changes. */
  readonly stepped: ReadonlyMap<string, readonly Change[]>;
}

/** How much of a chain is run. */
export interface Extent {
  /** Which revisions are run one by one up, down and up again on sample rows; the others only up. */
  readonly alone: (id: string) => boolean;
  /** Whether the chain is then run down to its base as a whole, and up again. */
  readonly whole: boolean;
}

/** Builds all from nothing, and back. */
export async function runChain(
  bench: Workbench,
  chain: Chain,
  ids: readonly string[],
  extent: Extent,
): Promise<ChainRun> {
  const run = await runOnce(bench, chain, ids, extent);
  // Something is wrong somewhere among those that were only run up: to tell where, look at each.
  const isHidden = run.findings.some(({ revision }) => !run.stepped.has(revision ?? ""));
  return isHidden && run.stepped.size < ids.length
    ? runOnce(bench, chain, ids, { ...extent, alone: () => true })
    : run;
}

function runOnce(bench: Workbench, chain: Chain, ids: readonly string[], extent: Extent): Promise<ChainRun> {
  const revisions = ids.map((id) => fileOf(chain, id).revision);
  const steps = revisions.flatMap(({ up, down }) => [...up, ...down]);
  return withReplay(bench, [], (site) => new Walk(bench, chain, site, extent).whole(ids), steps);
}

/** One walk over the chain, and what it has found so far. */
class Walk {
  readonly #bench: Workbench;
  readonly #chain: Chain;
  readonly #site: Site;
  readonly #extent: Extent;
  readonly #findings: Finding[] = [];
  readonly #stepped = new Map<string, readonly Change[]>();
  /** The state as it is, where it is known. */
  #now: Catalog | undefined;

  constructor(bench: Workbench, chain: Chain, site: Site, extent: Extent) {
    this.#bench = bench;
    this.#chain = chain;
    this.#site = site;
    this.#extent = extent;
  }

  async whole(ids: readonly string[]): Promise<ChainRun> {
    const told = (head?: Catalog) => ({ findings: this.#findings, head, stepped: this.#stepped });
    const oneWay = ids.findLastIndex((id) => fileOf(this.#chain, id).revision.irreversible !== undefined);
    let floor = this.#extent.whole ? await this.#state() : undefined;
    for (const [at, id] of ids.entries()) {
      if (!(await this.#up(id))) return told();
      if (this.#extent.whole && at === oneWay) floor = await this.#state();
    }
    const head = await this.#state();
    if (floor !== undefined && this.#findings.length === 0)
      await this.#downAndUp(ids.slice(oneWay + 1), floor, head);
    return told(head);
  }

  async #state(): Promise<Catalog> {
    this.#now ??= await this.#site.read();
    return this.#now;
  }

  /** @returns whether the chain can go on from there. */
  async #up(id: string): Promise<boolean> {
    const file = fileOf(this.#chain, id);
    this.#bench.progress(`running ${id} ${file.revision.message}`);
    if (!this.#extent.alone(id)) {
      this.#now = undefined;
      return this.#half(id, "up");
    }
    const before = await this.#state();
    this.#now = undefined;
    try {
      const { after } = await tryRevision(this.#bench, this.#site, file, before);
      this.#now = after;
      this.#stepped.set(id, diff(before, after));
      return true;
    } catch (error) {
      this.#findings.push(findingOf("chain", error, id));
      this.#stepped.set(id, []);
      // A way back that fails says nothing about the way up, which the others need.
      const isOnlyBack = error instanceof DmError && wayBackCodes.includes(error.code);
      return isOnlyBack && isTransactional(this.#bench, file) && (await this.#half(id, "up"));
    }
  }

  async #half(id: string, which: "up" | "down", called: string = which): Promise<boolean> {
    try {
      await half(this.#bench, this.#site, fileOf(this.#chain, id), which, called);
      return true;
    } catch (error) {
      this.#findings.push(findingOf("chain", error, id));
      return false;
    }
  }

  /** As far down as there is a way back. */
  async #downAndUp(ids: readonly string[], floor: Catalog, head: Catalog): Promise<void> {
    for (const id of ids.toReversed()) {
      if (!(await this.#half(id, "down", "down from the head"))) return;
    }
    this.#expect(await this.#site.read(), floor, "the chain does not lead back to where it begins");
    for (const id of ids) {
      if (!(await this.#half(id, "up", "up a second time"))) return;
    }
    this.#expect(await this.#site.read(), head, "the chain comes to another state the second time");
  }

  #expect(found: Catalog, expected: Catalog, message: string): void {
    const changes = diff(found, expected);
    if (changes.length === 0) return;
    const details = describeChanges(changes);
    this.#findings.push(findingOf("chain", new DmError("DM7201", message, { details })));
  }
}
