import { describe, expect, test } from "vitest";
import { openShadow } from "../corpus/open-shadow.js";
import { endsOfServers } from "../support/databases.js";
import { type ChangeCase, type Played, play, seen, type Transition, wayOf } from "./change.js";

/** A test for each case on each PostgreSQL that it fits: what dm sees, how it goes about it, and what is left. */
export function testCases(cases: readonly ChangeCase[]): void {
  testEach(cases, (one, { changes, up, down }) => {
    const [fact, ...attributes] = one.sees;
    const others = seen(changes, fact)?.filter((attribute) => attribute !== one.alsoSees);
    expect(others, "seen").toEqual(attributes);
    const ways = [wayOf(up, fact), wayOf(down, fact)];
    if (one.way === "comes and goes") expect(ways.sort()).toEqual(["created", "dropped"]);
    else if (one.way === "moved") expect(ways).toEqual(["created", "created"]);
    else expect(ways, "ways up and down").toEqual([one.way, one.back ?? one.way]);
  });
}

/** A transition, and what its statements must and must not look like. */
export interface HardTransition extends Transition {
  /** Some statement of the way up matches each of these. */
  readonly uses?: readonly RegExp[];
  /** No statement of either way matches. */
  readonly never?: RegExp;
}

/** A test for each transition on each PostgreSQL that it fits. */
export function testTransitions(transitions: readonly HardTransition[]): void {
  testEach(transitions, ({ uses = [], never }, { up, down }) => {
    const texts = (statements: Played["up"]) => statements.map(({ sql }) => sql.text);
    for (const pattern of uses) expect(texts(up).join(";\n")).toMatch(pattern);
    if (never !== undefined)
      expect([...texts(up), ...texts(down)].filter((text) => never.test(text))).toEqual([]);
  });
}

function testEach<T extends Transition>(cases: readonly T[], judge: (one: T, played: Played) => void): void {
  describe.each(endsOfServers)("on PostgreSQL %s", (postgres) => {
    const open = openShadow(postgres);
    const major = postgres === "pglite" ? 18 : postgres;

    for (const one of cases) {
      const fits = (one.since ?? 14) <= major && major <= (one.until ?? 99);
      const isHere = fits && !(one.serverOnly === true && postgres === "pglite");
      test.runIf(isHere)(one.title, async () => {
        const played = await play(open().shadow, one);
        expect([played.afterUp, played.afterDown], "left by up and down").toEqual([[], []]);
        judge(one, played);
        expect(new Set(played.kept).size, `kept: ${played.kept.join(" ")}`).toBe(1);
        const expected = (answers: Transition["answers"]) => answers && JSON.stringify([[answers[1]]]);
        expect([played.answer, played.answerBack]).toEqual([
          expected(one.answers),
          expected(one.answersBack),
        ]);
      });
    }
  });
}
