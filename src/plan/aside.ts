import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
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
    if (this.#isPartition(fact)) return true;
    const parent = this.#current.get(fact.parent);
    if (parent === undefined) return false;
    const isSatellite = fact.identity.of !== undefined;
    const goesAside = isSatellite || kindOf(fact.identity.kind).goesAside?.(fact) === true;
    return (goesAside && this.#setAside.has(parent.id)) || this.takesAlong(parent);
  }

  /** What is set aside with the fact in it. */
  around(id: FactId): FactId | undefined {
    const parent = this.#current.get(id)?.parent;
    if (parent === undefined || this.#setAside.has(id)) return undefined;
    return this.#setAside.has(parent) ? parent : this.around(parent);
  }

  /** Whether the fact needs what is set aside, so that it is gone before: an index that the table is clustered on. */
  leavesFirst(id: FactId, setAside: FactId): boolean {
    return this.#current
      .dependencies(id)
      .some(({ to, type }) => type !== "inherits" && (this.around(to) ?? to) === setAside);
  }

  /** Whether the fact is a table whose rows are those of one that is set aside (an unwanted partition). */
  #isPartition({ id }: Fact): boolean {
    if (this.#wanted.has(id)) return false;
    return this.#current
      .children(id)
      .some(
        (tie) =>
          kindOf(tie.identity.kind).isTie === "parts go" &&
          this.#current.dependencies(tie.id).some(({ to }) => this.#setAside.has(to)),
      );
  }
}
