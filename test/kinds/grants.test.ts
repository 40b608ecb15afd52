import { describe, expect, test } from "vitest";
import { addGrants, changeGrants, type Grants, noGrants } from "../../src/kinds/grants.js";
import { raw, sql } from "../../src/sql/sql.js";

const change = (from: Partial<Grants>, to: Partial<Grants>, hasByDefault = false) =>
  changeGrants(
    { ...noGrants, ...from },
    { ...noGrants, ...to },
    (privileges) => sql`${privileges} ON t`,
    raw("r"),
    hasByDefault,
  ).map(({ text }) => text);

describe("a privilege", () => {
  test.each<[what: string, from: Partial<Grants>, to: Partial<Grants>, statements: string[]]>([
    ["is granted", {}, { granted: ["SELECT"] }, ["GRANT SELECT ON t TO r"]],
    ["is revoked", { granted: ["SELECT"] }, {}, ["REVOKE SELECT ON t FROM r"]],
    [
      "gets the grant option",
      { granted: ["SELECT"] },
      { grantable: ["SELECT"] },
      ["GRANT SELECT ON t TO r WITH GRANT OPTION"],
    ],
    [
      "loses the grant option only",
      { grantable: ["SELECT"] },
      { granted: ["SELECT"] },
      ["REVOKE GRANT OPTION FOR SELECT ON t FROM r"],
    ],
    ["goes with its grant option", { grantable: ["SELECT"] }, {}, ["REVOKE SELECT ON t FROM r"]],
    ["that was a default is taken away", {}, { revoked: ["USAGE"] }, ["REVOKE USAGE ON t FROM r"]],
    ["that was a default is given back", { revoked: ["USAGE"] }, {}, ["GRANT USAGE ON t TO r"]],
    [
      "that stays is not touched",
      { granted: ["SELECT"] },
      { granted: ["INSERT", "SELECT"] },
      ["GRANT INSERT ON t TO r"],
    ],
    [
      "list is one statement for each sort of change, revocations first",
      { granted: ["DELETE", "INSERT"], revoked: ["TRIGGER"] },
      { granted: ["SELECT", "UPDATE"], grantable: ["REFERENCES"] },
      [
        "REVOKE DELETE, INSERT ON t FROM r",
        "GRANT SELECT, TRIGGER, UPDATE ON t TO r",
        "GRANT REFERENCES ON t TO r WITH GRANT OPTION",
      ],
    ],
  ])("%s", (_, from, to, statements) => {
    expect(change(from, to)).toEqual(statements);
  });

  test("that an owner has anyway loses the grant option and stays", () => {
    expect(change({ grantable: ["SELECT"] }, {}, true)).toEqual([
      "REVOKE GRANT OPTION FOR SELECT ON t FROM r",
    ]);
  });
});

describe("the default privileges of a schema", () => {
  test("add to the global ones", () => {
    const below = { ...noGrants, granted: ["SELECT"] };
    expect(addGrants(below, { ...noGrants, granted: ["INSERT"] })).toEqual({
      ...noGrants,
      granted: ["INSERT", "SELECT"],
    });
    expect(addGrants(below, { ...noGrants, grantable: ["SELECT"] })).toEqual({
      ...noGrants,
      grantable: ["SELECT"],
    });
  });

  test("give back what the global ones took away", () => {
    const below = { ...noGrants, revoked: ["EXECUTE"] };
    expect(addGrants(below, { ...noGrants, granted: ["EXECUTE"] })).toEqual(noGrants);
    expect(addGrants(below, noGrants)).toEqual(below);
  });
});
