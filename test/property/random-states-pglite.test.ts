import { testRandomStates } from "./states.js";

// Of the newest server's version, which has the long run.
testRandomStates(["pglite"], 20);
