import { DmError } from "../error.js";

const units: Readonly<Record<string, number>> = { d: 1, w: 7, y: 365 };

/**
 * Days of `90d`, `12w`, `1y`.
 * @throws DmError DM5504 for anything else.
 */
export function daysOf(retention: string): number {
  const [, amount, unit] = /^(\d{1,6})([dwy])$/.exec(retention.trim()) ?? [];
  const days = unit === undefined ? undefined : units[unit];
  if (amount !== undefined && days !== undefined) return Number(amount) * days;
  throw new DmError("DM5504", `${JSON.stringify(retention)} is no retention`, {
    next: ["write it as days, weeks or years: 90d, 12w, 1y"],
  });
}
