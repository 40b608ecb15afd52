import { testRandomStates } from "./states.js";

testRandomStates(["pglite"]);
