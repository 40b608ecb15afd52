import { privilegeCases } from "./privilege-cases.js";
import { testCases } from "./test-cases.js";

testCases(privilegeCases);
