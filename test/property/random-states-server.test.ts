import { newestServer } from "../support/databases.js";
import { testRandomStates } from "./states.js";

/** `DM_PROPERTY_VERSIONS=14,15`; the newest that runs unless said. */
const versions = process.env.DM_PROPERTY_VERSIONS?.split(",").map(Number) ?? [newestServer()?.major ?? 18];

testRandomStates(versions);
