import { constraintCases } from "./constraint-cases.js";
import { testCases } from "./test-cases.js";

testCases(constraintCases);
