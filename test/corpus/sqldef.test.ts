import { testPairs } from "./suite.js";

testPairs("sqldef");
