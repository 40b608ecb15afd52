import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import type { Decisions } from "./decide.js";

/** What is renamed away while its replacement is made, with what goes along. */
export class Asides {
  readonly #setAside: Decisions["setAside"];
  readonly #current: Catalog;
  readonly #wanted: Catalog;

  constructor({ setAside }: Decisions, current: Catalog, wanted: Catalog) {
    this.#setAside = setAside;
    this.#current = current;
    this.#wanted = wanted;
  }

  /** Whether the fact is, or hangs on, a part of what is set aside whole. */
  takesAlong(fact: Fact): boolean {
    if (this.#partitionOf(fact) !== undefined) return true;
    const parent = this.#current.get(fact.parent);
    if (parent === undefined) return false;
    const isSatellite = fact.identity.of !== undefined;
    const goesAside = isSatellite || kindOf(fact.identity.kind).goesAside?.(fact) === true;
    return (goesAside && this.#setAside.has(parent.id)) || this.takesAlong(parent);
  }

  /** What goes along with it: its parts, and the partitions that are not wanted, with theirs. */
  along(id: FactId): Fact[] {
    const parts = this.#current.children(id).filter((part) => this.takesAlong(part));
    const partitions = this.#current.dependents(id).flatMap(({ from }) => {
      const table = this.#current.get(this.#current.get(from)?.parent);
      return table !== undefined && table.id !== id && this.#partitionOf(table) === id ? [table] : [];
    });
    return [...parts, ...partitions.flatMap((table) => [table, ...this.along(table.id)])];
  }

  /** What is set aside with the fact in it. */
  around(id: FactId): FactId | undefined {
    const fact = this.#current.get(id);
    if (fact === undefined || this.#setAside.has(id)) return undefined;
    const whole = this.#partitionOf(fact) ?? fact.parent;
    if (whole === undefined) return undefined;
    return this.#setAside.has(whole) ? whole : this.around(whole);
  }

  /** Whether the fact needs what is set aside, so that it is gone before: an index that the table is clustered on. */
  leavesFirst(id: FactId, setAside: FactId): boolean {
    return this.#current
      .dependencies(id)
      .some(({ to, type }) => type !== "inherits" && (this.around(to) ?? to) === setAside);
  }

  /** The table whose rows an unwanted partition's are, where that is set aside or goes along with one that is. */
  #partitionOf({ id }: Fact): FactId | undefined {
    if (this.#wanted.has(id)) return undefined;
    const ties = this.#current.children(id).filter((tie) => kindOf(tie.identity.kind).isTie === "parts go");
    return ties
      .flatMap((tie) => this.#current.dependencies(tie.id))
      .map(({ to }) => this.#current.get(to))
      .find((table) => {
        if (!isKind(table, "table") || table.id === id) return false;
        return this.#setAside.has(table.id) || this.#partitionOf(table) !== undefined;
      })?.id;
  }
}
