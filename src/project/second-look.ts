import type { Database } from "../database/database.js";
import { DmError, exitCode } from "../error.js";
import { sizeText } from "../hazards/estimate.js";
import { isLarge } from "../plan/sizes.js";
import type { RevisionFile } from "../revision/directory.js";
import type { Project } from "./config.js";
import { approvals, isAllowed } from "./hazards.js";
import { readSizes } from "./sizes.js";

/**
 * Tables may be larger here than where the revisions were planned: what would rewrite or block a table that is large
 * here, and was taken for a small one, waits for approval.
 * @throws DmError DM5208 naming the tables.
 */
export async function refuseLargeTables(
  project: Project,
  target: Database,
  files: readonly RevisionFile[],
  allowed: readonly string[],
): Promise<void> {
  const open = files.flatMap(({ revision, name }) =>
    Object.entries(revision.ifLarge ?? {}).flatMap(([relation, codes]) => {
      const unapproved = codes.filter((code) => !isAllowed(code, allowed));
      return unapproved.length === 0 ? [] : [{ revision, name, relation, codes: unapproved }];
    }),
  );
  if (open.length === 0) return;
  const sizes = await readSizes(target);
  const large = open.flatMap((one) => {
    const size = sizes.get(one.relation);
    return size !== undefined && isLarge(size, project.online) ? [{ ...one, size }] : [];
  });
  const [first] = large;
  if (first === undefined) return;
  const codes = [...new Set(large.flatMap((one) => one.codes))];
  const environment = project.environment.name;
  throw new DmError(
    "DM5208",
    `${first.revision.id} was planned for a small ${first.relation}, and it is large here`,
    {
      at: target.description,
      details: [
        ...large.map(({ relation, size, codes: of }) => `${relation}: ${sizeText(size)}; ${of.join(", ")}`),
        "nothing was changed",
      ],
      next: [
        `replan it with the sizes of this database: take ${first.name} and its line in dm.sum back, then`,
        `  dm plan --env ${environment} -m ${JSON.stringify(first.revision.message.split("\n")[0])}`,
        ...approvals(codes),
      ],
      exit: exitCode.refused,
    },
  );
}
