import { allLintCodes, type LintCode } from "../codes.js";
import type { ChangeRules, FormRules, StateRules } from "../rule.js";
import { dropRules } from "./drop.js";
import { formRules } from "./form.js";
import { keyRules } from "./key.js";
import { nameRules } from "./name.js";
import { renameRules } from "./rename.js";
import { rowRules } from "./rows.js";
import { securityRules } from "./security.js";
import { tableRules } from "./table.js";
import { workRules } from "./work.js";

export const allFormRules: FormRules = formRules;
export const allChangeRules: ChangeRules = { ...workRules, ...dropRules, ...renameRules, ...rowRules };
export const allStateRules: StateRules = { ...tableRules, ...keyRules, ...nameRules, ...securityRules };

/** The rules in the order of the codes. */
export function entries<T>(rules: Readonly<Partial<Record<LintCode, T>>>): (readonly [LintCode, T])[] {
  return allLintCodes.flatMap((code) => {
    const rule = rules[code];
    return rule === undefined ? [] : [[code, rule] as const];
  });
}
