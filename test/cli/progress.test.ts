import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Output, progressLine } from "../../cli/terminal.js";
import { plain } from "../../src/report/paint.js";

const amount = { done: 250_000, total: 1_000_000, perSecond: 5000.4, secondsLeft: 150 };

function output(isTTY: boolean): Output & { text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, { isTTY, columns: 120, text: () => chunks.join("") });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("work of which so much is done", () => {
  test("is a bar on a terminal", () => {
    const terminal = output(true);
    const line = progressLine(terminal, plain);
    line.report("backfilling clinic.patient", amount);
    vi.advanceTimersByTime(1200);
    expect(terminal.text().split("\u001b[K").at(-1)).toBe(
      "backfilling clinic.patient █████░░░░░░░░░░░░░░░ 25 %, 250000 of about 1000000 rows, 5000 rows/s, 2 min 30 s left",
    );
    line.clear();
    expect(terminal.text().endsWith("\r\u001b[K")).toBe(true);
  });

  test("is a line now and then in a log, where other stages are none", () => {
    const log = output(false);
    const line = progressLine(log, plain);
    for (let second = 0; second <= 70; second++) {
      line.report("backfilling clinic.patient", amount);
      line.report("checking");
      vi.advanceTimersByTime(1000);
    }
    const told =
      "backfilling clinic.patient: 25 %, 250000 of about 1000000 rows, 5000 rows/s, 2 min 30 s left\n";
    expect(log.text()).toBe(told.repeat(2));
  });
});
