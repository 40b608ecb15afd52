import { expect, test } from "vitest";
import { kindNames } from "../../src/kinds/index.js";
import { generatedKinds, kindsLeftOut } from "./kinds.js";

test("random states have every kind, but for those with a reason", () => {
  const known = [...generatedKinds, ...Object.keys(kindsLeftOut)];
  expect(known.toSorted()).toEqual([...kindNames].toSorted());
});
