import { join } from "node:path";
import type { Catalog } from "../../catalog/catalog.js";
import { diff } from "../../diff/diff.js";
import { DmError } from "../../error.js";
import { managed } from "../../manage/managed.js";
import { describeChanges } from "../../proof/prove.js";
import { areSame, builtFor } from "../plan.js";
import { loadWanted } from "../wanted.js";
import type { Workbench } from "../workbench.js";
import { type Finding, findingOf } from "./finding.js";

/** Whether the schema files can be loaded and are what the chain builds; nothing to compare without `head`. */
export async function checkDesired(bench: Workbench, head: Catalog | undefined): Promise<readonly Finding[]> {
  const { project } = bench;
  try {
    const { catalog: wanted } = await loadWanted(bench, project.schema);
    if (head === undefined) return [];
    const built = managed(head, wanted.scope);
    if (areSame(built, wanted)) return [];
    const changes = diff(await bench.normalize(builtFor(built, wanted)), wanted);
    if (changes.length === 0) return [];
    const error = new DmError("DM7401", "the revisions do not build what the schema files ask for", {
      at: join(project.schema),
      details: describeChanges(changes),
      next: ['plan what is missing: dm plan -m "…"', "see it: dm diff rev:head schema"],
    });
    return [findingOf("desired", error)];
  } catch (error) {
    return [findingOf("desired", error)];
  }
}
