import { expect, test } from "vitest";
import { withProject } from "../support/project.js";

test.each([
  ["{}", {}],
  ["{ roles: false, settings: false }", {}],
  ["{ roles: true, settings: true }", { roles: true, settings: true }],
  [
    '{ schemas: [app], exclude: [auth.*, "!auth.users"], kinds: [-privilege, -materialized view], roles: ["a*"] }',
    {
      schemas: ["app"],
      exclude: ["auth.*", "!auth.users"],
      kinds: ["-privilege", "-materialized view"],
      roles: ["a*"],
    },
  ],
])("manage: %s is read", async (manage, scope) => {
  await withProject({ manage }, async (project) => expect(project.manage).toEqual(scope));
});

test.each([
  ["{ schema: [app] }", "schema"],
  ["{ schemas: app }", "manage.schemas"],
  ["{ schemas: [] }", "manage.schemas"],
  ['{ schemas: ["!app"] }', "only exclude takes patterns with !"],
  ['{ exclude: ["a..b"] }', "a pattern such as"],
  ["{ kinds: [-grant] }", "a kind such as view or -privilege"],
  ["{ settings: maybe }", "manage.settings"],
])("manage: %s is an error", async (manage, says) => {
  await expect(withProject({ manage }, async () => undefined)).rejects.toMatchObject({
    code: "DM1102",
    details: [expect.stringContaining(says)],
  });
});
