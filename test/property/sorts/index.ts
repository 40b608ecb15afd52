import { accessMethod, conversion, eventTrigger, extension, language } from "./database-wide.js";
import { foreignServer, wrapper } from "./foreign.js";
import { publication, rule, statistics } from "./on-relations.js";
import { aggregate, cast, operator, operatorClass, operatorFamily, transform } from "./operators.js";
import type { AnySort } from "./sort.js";
import { subscription } from "./subscription.js";
import { configuration, dictionary, parser, template } from "./text-search.js";
import { baseType, collation, compositeType, range } from "./types.js";

/** Every sort of part; what others need stands before them. */
export const sorts: readonly AnySort[] = [
  extension,
  language,
  accessMethod,
  collation,
  conversion,
  compositeType,
  range,
  baseType,
  parser,
  template,
  dictionary,
  configuration,
  wrapper,
  foreignServer,
  operator,
  operatorFamily,
  operatorClass,
  aggregate,
  cast,
  transform,
  statistics,
  rule,
  publication,
  eventTrigger,
];

/** Sorts that {@link sorts} did not have from the start: old seeds choose among those. */
export const laterSorts: readonly AnySort[] = [subscription];

const byName = new Map([...sorts, ...laterSorts].map((sort) => [sort.name, sort]));

export function sortOf(name: string): AnySort {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`no sort is called ${name}`);
  return found;
}
