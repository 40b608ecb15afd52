import { behindCases } from "./behind-cases.js";
import { testCases } from "./test-cases.js";

testCases(behindCases);
