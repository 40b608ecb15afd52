import type { Step } from "../revision/revision.js";
import { type Hazard, isHazardCode } from "./codes.js";

/** The comment above a statement in a revision file, less its dashes. */
export function hazardLine({ code, what }: Hazard): string {
  return `hazard ${code}: ${what.replaceAll(/\s+/g, " ")}`;
}

/** The hazards that the comments of a step tell; codes that this version does not know are left out. */
export function hazardsIn({ comments, sql }: Pick<Step, "comments" | "sql">): Hazard[] {
  const inSql = Array.from(sql.matchAll(/^-- (.*)$/gm), ([, comment = ""]) => comment);
  return [...comments, ...inSql].flatMap((line) => {
    const [, code = "", what = ""] = /^hazard ([A-Z_]+): (.*)$/.exec(line) ?? [];
    return isHazardCode(code) ? [{ code, what }] : [];
  });
}
