import { testCases } from "./test-cases.js";
import { typeCases } from "./type-cases.js";

testCases(typeCases);
