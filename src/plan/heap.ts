/** Items of which the smallest is taken first; equal ones in the order they came. */
export class Heap<T> {
  readonly #items: { readonly item: T; readonly turn: number }[] = [];
  readonly #compare: (a: T, b: T) => number;
  #turn = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push({ item, turn: this.#turn++ });
    let at = this.#items.length - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isLess(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Takes the smallest out. */
  pop(): T | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (first === undefined || last === undefined || this.#items.length === 0) return first?.item;
    this.#items[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let smallest = at;
      if (left < this.size && this.#isLess(left, smallest)) smallest = left;
      if (right < this.size && this.#isLess(right, smallest)) smallest = right;
      if (smallest === at) return first.item;
      this.#swap(at, smallest);
      at = smallest;
    }
  }

  #isLess(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (one === undefined || other === undefined) return false;
    return (this.#compare(one.item, other.item) || one.turn - other.turn) < 0;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (one === undefined || other === undefined) return;
    this.#items[a] = other;
    this.#items[b] = one;
  }
}
