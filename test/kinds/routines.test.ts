import { routineCases } from "./routine-cases.js";
import { testCases } from "./test-cases.js";

testCases(routineCases);
