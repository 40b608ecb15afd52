import type { TestProject } from "vitest/node";
import { withDatabase } from "../../src/database/connect.js";
import { pgliteMajor, pgliteVersion } from "../../src/database/pglite-template.js";
import { memoryPlace } from "./memory.js";
import { missingRoles, standingRoles } from "./roles.js";
import { majors, startServer, sweepLeftovers, type TestServer } from "./servers.js";

declare module "vitest" {
  interface ProvidedContext {
    servers: readonly { major: number; url: string; socket: string; port: number }[];
    isPgliteTested: boolean;
  }
}

/** One server per major version for all test files; `DM_TEST_SERVERS=17,pglite` limits them. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const wanted = process.env.DM_TEST_SERVERS?.split(",").map((name) => name.trim());
  const isWanted = (name: string) => wanted === undefined || wanted.includes(name);
  const chosen = majors.filter((major) => isWanted(String(major)));
  sweepLeftovers();
  const servers: TestServer[] = [];
  const stopAll = async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  };
  const isPgliteTested = isWanted("pglite");
  const missing = await startAll(chosen, servers);
  const names = servers.map(({ version }) => version).join(", ");
  const embedded = isPgliteTested ? `PGlite ${pgliteVersion()} (PostgreSQL ${pgliteMajor})` : "";
  const running = [names === "" ? "" : `PostgreSQL ${names}`, embedded].filter((part) => part !== "");
  console.log(`Tests run on ${running.join(" and ")}.`);
  for (const [major, reason] of missing) {
    console.log(`PostgreSQL ${major} is unavailable, and the tests on it are SKIPPED: ${reason}`);
  }
  project.provide(
    "servers",
    servers.map(({ major, url, socket, port }) => ({ major, url, socket, port })),
  );
  project.provide("isPgliteTested", isPgliteTested);
  return stopAll;
}

async function startAll(chosen: readonly number[], servers: TestServer[]): Promise<[number, string][]> {
  const missing: [number, string][] = [];
  const dataIn = memoryPlace();
  await Promise.all(
    chosen.map(async (major) => {
      try {
        const server = await startServer(major, { dataIn, settings: { max_wal_size: "256MB" } });
        if (server === undefined) missing.push([major, "its binaries are not installed (test/servers)"]);
        else {
          servers.push(server);
          await withDatabase(server.url, (database) => database.script(missingRoles(standingRoles)));
        }
      } catch (error) {
        missing.push([major, error instanceof Error ? error.message : String(error)]);
      }
    }),
  );
  servers.sort((a, b) => a.major - b.major);
  return missing;
}
