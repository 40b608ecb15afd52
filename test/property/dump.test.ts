import { describe, expect, test } from "vitest";
import { introspect } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { commitStatements } from "../../src/proof/run.js";
import { dump, dumpVersion } from "../corpus/dump.js";
import { servers, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { twoStates } from "./round.js";

const first = Number(process.env.DM_SEED ?? 1);
const rounds = Number(process.env.DM_DUMP_ROUNDS ?? 10);
const version = dumpVersion();
const major = servers().find((one) => one.major === version)?.major ?? 0;

describe.skipIf(skipAloud(major === 0, "random states against pg_dump: none of a server's version here"))(
  "pg_dump, which does not ask dm,",
  () => {
    test(`finds in ${rounds} changed databases what it finds in new ones, seed ${first}`, async () => {
      const failures: string[] = [];
      for (let seed = first; seed < first + rounds; seed++) {
        const { a, b } = twoStates(seed, major);
        await withTemporaryDatabase(major, async (made, madeUrl) => {
          await made.script(a);
          const wanted = await introspect(made);
          await withTemporaryDatabase(major, async (changed, changedUrl) => {
            await changed.script(b);
            await commitStatements(changed, plan(await introspect(changed), wanted));
            const [one, other] = [await dump(madeUrl, major), await dump(changedUrl, major)];
            const missing = one.filter((statement) => !other.includes(statement));
            const extra = other.filter((statement) => !one.includes(statement));
            if (missing.length + extra.length > 0) {
              failures.push([`DM_SEED=${seed}`, "missing:", ...missing, "extra:", ...extra].join("\n"));
            }
          });
        }).catch((error: unknown) => failures.push(`DM_SEED=${seed}: ${String(error)}`));
      }
      expect(failures).toEqual([]);
    }, 600_000);
  },
);
