/** Reproducible chance: the same seed gives the same sequence (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Another sequence of the same seed: what is drawn from it leaves the first one as it is. */
  static beside(seed: number): Random {
    return new Random(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b));
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  maybe<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : this.pick(items);
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let at = result.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      const [a, b] = [result[at], result[other]];
      if (a !== undefined && b !== undefined) [result[at], result[other]] = [b, a];
    }
    return result;
  }

  some<T>(items: readonly T[], most = items.length): T[] {
    return this.shuffled(items).slice(0, 1 + this.below(Math.max(1, Math.min(most, items.length))));
  }
}
