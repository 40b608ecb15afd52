import { testPairs } from "./suite.js";

testPairs("migra", "pgschema");
