import type { Fact } from "../catalog/fact.js";
import type { Alteration } from "./decide.js";

/** One thing to do to one fact: the grain of ordering. */
export type Action =
  | { readonly type: "drop"; readonly fact: Fact }
  /** Renames a replaced type out of the way of the new one, or takes a column's values out of the way of their type. */
  | { readonly type: "set aside"; readonly fact: Fact }
  | {
      readonly type: "create";
      readonly fact: Fact /** What exists already, by itself. */;
      readonly implied?: Fact;
    }
  | { readonly type: "alter"; readonly fact: Fact; readonly alteration: Alteration }
  /** Takes back what came by itself and is not wanted. */
  | { readonly type: "retract"; readonly fact: Fact }
  | { readonly type: "drop aside"; readonly fact: Fact };

export type ActionType = Action["type"];

/** Unique among the actions of a plan. */
export function actionKey(type: ActionType, id: string): string {
  return `${type} ${id}`;
}
