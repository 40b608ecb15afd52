import { Generator } from "./generate.js";
import type { State } from "./model.js";
import type { Random } from "./random.js";

/** Two states to which something is added by chance. */
export class Both {
  readonly a: State;
  readonly b: State;
  readonly random: Random;
  /** Makes what is added, as the first state is. */
  readonly generator: Generator;

  constructor(a: State, b: State, random: Random) {
    this.a = a;
    this.b = b;
    this.random = random;
    a.next = Math.max(a.next, b.next);
    this.generator = new Generator(random, a, b);
    this.#agree();
  }

  /** Adds to the first state, and the same to the second. */
  add<T>(list: (state: State) => T[], ...items: readonly T[]): void {
    list(this.a).push(...items);
    list(this.b).push(...structuredClone(items));
    this.#agree();
  }

  /** Changes the second state. */
  edit(work: (generator: Generator) => void): void {
    this.#agree();
    work(new Generator(this.random, this.b, this.a));
    this.a.next = this.b.next;
  }

  /** What is made later has an id that is free in both. */
  #agree(): void {
    this.b.next = this.a.next;
  }
}
