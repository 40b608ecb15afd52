/** A directed graph over string keys: an edge says what must come before what. */
export class Graph {
  readonly #after = new Map<string, Set<string>>();

  addNode(key: string): void {
    if (!this.#after.has(key)) this.#after.set(key, new Set());
  }

  addEdge(before: string, after: string): void {
    if (before === after) return;
    this.addNode(before);
    this.addNode(after);
    this.#after.get(before)?.add(after);
  }

  nodes(): string[] {
    return [...this.#after.keys()];
  }

  after(key: string): ReadonlySet<string> {
    return this.#after.get(key) ?? new Set();
  }

  /** The same graph with nodes merged: each key stands for `representative(key)`. */
  merged(representative: (key: string) => string): Graph {
    const result = new Graph();
    for (const [before, afters] of this.#after) {
      result.addNode(representative(before));
      for (const after of afters) result.addEdge(representative(before), representative(after));
    }
    return result;
  }

  /** Groups of nodes that each come before the others: the cycles. Tarjan's algorithm, without recursion. */
  cycles(): string[][] {
    const found: string[][] = [];
    const index = new Map<string, number>();
    const low = new Map<string, number>();
    const stack: string[] = [];
    const onStack = new Set<string>();
    const visit = (key: string) => {
      index.set(key, index.size);
      low.set(key, index.size - 1);
      stack.push(key);
      onStack.add(key);
      return { key, next: [...this.after(key)].values() };
    };
    for (const start of this.#after.keys()) {
      if (index.has(start)) continue;
      const work = [visit(start)];
      for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
        const { key, next } = frame;
        const { value: child, done } = next.next();
        if (!done && child !== undefined) {
          if (!index.has(child)) work.push(visit(child));
          else if (onStack.has(child)) low.set(key, Math.min(low.get(key) ?? 0, index.get(child) ?? 0));
          continue;
        }
        work.pop();
        const parent = work.at(-1);
        if (parent !== undefined) low.set(parent.key, Math.min(low.get(parent.key) ?? 0, low.get(key) ?? 0));
        if (low.get(key) !== index.get(key)) continue;
        const component = stack.splice(stack.lastIndexOf(key));
        for (const member of component) onStack.delete(member);
        if (component.length > 1) found.push(component);
      }
    }
    return found;
  }
}
