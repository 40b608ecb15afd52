import { columnCases } from "./column-cases.js";
import { testCases } from "./test-cases.js";

testCases(columnCases);
