export { interrupt } from "../database/interrupt.js";
