import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usualPace } from "../../src/apply/backfill-pace.js";
import { openProject } from "../../src/project/config.js";
import { withProject } from "../support/project.js";

async function paceOf(backfill: string) {
  return withProject({}, async ({ root }) => {
    await writeFile(
      join(root, "dm.yaml"),
      `${backfill}\nenvironments: { local: { database: "pglite:x" } }\n`,
    );
    return (await openProject({ cwd: root, env: "local" })).pace;
  });
}

test("the pace of backfills is usual where dm.yaml does not say", async () => {
  expect(await paceOf("schema: schema")).toEqual(usualPace);
  expect(await paceOf("backfill: {}")).toEqual(usualPace);
  expect(await paceOf("backfill: { batch: { max: 700 }, pause: 2 }")).toEqual({
    ...usualPace,
    pause: 2,
    batch: { min: 100, max: 700 },
  });
});

const lags: [string, unknown][] = [
  ["500ms", { milliseconds: 500 }],
  ["2s", { milliseconds: 2000 }],
  ["3min", { milliseconds: 180_000 }],
  ["64MB", { bytes: 64 * 1024 * 1024 }],
  ["1kB", { bytes: 1024 }],
  ["off", "off"],
];
test.each(lags)("max_lag: %s", async (text, maxLag) => {
  expect(await paceOf(`backfill: { target: 1s, max_lag: "${text}" }`)).toEqual({
    ...usualPace,
    target: 1000,
    maxLag,
  });
});

test.each(["batch: { min: 10, max: 5 }", "max_lag: 10 parsecs", "pause: -1", "target: soon", "speed: 1"])(
  "backfill: { %s } is refused",
  async (wrong) => {
    await expect(paceOf(`backfill: { ${wrong} }`)).rejects.toMatchObject({ code: "DM1102" });
  },
);
