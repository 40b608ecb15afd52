import { standingRoles } from "../support/roles.js";
import type { Random } from "./random.js";

/** Names that break what does not quote, and what searches SQL text with regular expressions. */
const forms: readonly ((n: number) => string)[] = [
  (n) => `plain_${n}`,
  (n) => `plain_${n}`,
  (n) => `plain_${n}`,
  (n) => `Upper Case ${n}`,
  (n) => `quo"te"${n}`,
  (n) => `apos'trophe${n}`,
  (n) => `dot.ted.${n}`,
  (n) => `$dollar$${n}$`,
  (n) => `semi;colon${n}`,
  (n) => `back\\slash${n}`,
  (n) => `-- comment ${n}`,
  (n) => `/* comment ${n}`,
  (n) => `(paren${n}, x)`,
  (n) => `new\nline${n}`,
  (n) => `zahn🦷ü${n}`,
  (n) => `a WHERE (b ${n}`,
  (n) => `c NOT VALID ${n}`,
  (n) => `d NOT ENFORCED ${n}`,
  (n) => `e DEFERRABLE ${n}`,
  (n) => `f WITH (g=1) ${n}`,
  (n) => `AS IDENTITY ${n}`,
  (n) => `${n} 1starts with digit`,
  (n) => `long_${n}_`.padEnd(63, "x"),
  (n) => `länge_${n}_`.padEnd(62, "y"),
  (n) => `%s ${n} %I`,
];

const reserved = [
  "select",
  "user",
  "table",
  "order",
  "group",
  "default",
  "between",
  "authorization",
  "left",
  "limit",
];

export function hostileName(random: Random, n: number, isTaken: (name: string) => boolean): string {
  if (random.chance(0.1)) {
    const word = random.pick(reserved);
    if (!isTaken(word)) return word;
  }
  return random.pick(forms)(n);
}

export const comments: readonly string[] = [
  "plain",
  "it's; a $$ comment $$ -- not\n  with leading blanks\n\n",
  "back\\slash and 🦷",
  "  leading",
];

/** Roles that every state may name; the last is hostile. */
export const roles: readonly string[] = standingRoles.filter((role) => role.startsWith("dm"));
