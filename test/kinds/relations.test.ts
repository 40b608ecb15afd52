import { relationCases } from "./relation-cases.js";
import { testCases } from "./test-cases.js";

testCases(relationCases);
