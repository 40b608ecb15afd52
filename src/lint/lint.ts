import { compareText } from "../catalog/catalog.js";
import type { DesiredStatement } from "../desired/state.js";
import type { SourceLocation } from "../error.js";
import { allLintCodes, codeOf, type LintCode } from "./codes.js";
import { applyIgnores, type Ignore } from "./ignore.js";
import { placesOf } from "./places.js";
import type {
  ChangeContext,
  Finding,
  FormContext,
  Found,
  FoundInStatement,
  StateContext,
  Written,
} from "./rule.js";
import { allChangeRules, allFormRules, allStateRules, entries } from "./rules/index.js";
import type { LintSettings } from "./settings.js";

/** Gives a rule's words their severity; nothing when the rule is off. */
export function findingOf(
  code: LintCode,
  { message, next }: Found,
  at: SourceLocation,
  settings: LintSettings,
): Finding[] {
  const severity = settings.rules[code] ?? codeOf(code).severity;
  return severity === "off" ? [] : [{ code, severity, message, at, next }];
}

/** The rules of some sorts that are on. */
export function rulesOn(
  settings: LintSettings,
  ...judges: readonly ReturnType<typeof codeOf>["judges"][]
): ReadonlySet<LintCode> {
  return new Set(
    allLintCodes.filter(
      (code) =>
        judges.includes(codeOf(code).judges) && (settings.rules[code] ?? codeOf(code).severity) !== "off",
    ),
  );
}

/** What the text of a revision tells. */
export function lintForm(context: FormContext): Finding[] {
  return entries(allFormRules).flatMap(([code, find]) =>
    find(context).flatMap((found) => inStatement(code, found, context)),
  );
}

/**
 * What a statement of a hand-written revision does to what was there before.
 * @param approved hazards that the revision's header names: they wait for approval.
 */
export function lintChange(context: ChangeContext, approved: readonly string[]): Finding[] {
  return entries(allChangeRules).flatMap(([code, find]) => {
    const { hazards = [], onlyUp } = codeOf(code);
    if (hazards.some((hazard) => approved.includes(hazard))) return [];
    if (onlyUp === true && context.written.half === "down") return [];
    return find(context).flatMap((found) => inStatement(code, found, context));
  });
}

function inStatement(
  code: LintCode,
  found: FoundInStatement,
  { written, settings }: { readonly written: Written; readonly settings: LintSettings },
): Finding[] {
  const { statement } = written;
  const { location } = found;
  const at = location === undefined ? statement.at : statement.source.locate(statement.offset(location));
  return findingOf(code, found, at, settings);
}

/** What the schema files ask for. */
export function lintState(
  context: Omit<StateContext, "statements">,
  statements: readonly DesiredStatement[],
): Finding[] {
  const placeOf = placesOf(statements, context.catalog);
  const parsed = statements.map(({ statement }) => statement);
  return entries(allStateRules).flatMap(([code, find]) =>
    find({ ...context, statements: parsed }).flatMap((found) => {
      // What no file defines is not for its author to mend.
      const at = "at" in found ? found.at : placeOf(found.fact);
      return at === undefined ? [] : findingOf(code, found, at, context.settings);
    }),
  );
}

/** By file and place. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    ({ at: a }, { at: b }) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column,
  );
}

/** The findings that no comment takes away, and those about the comments. */
export function withIgnores(
  findings: readonly Finding[],
  ignores: readonly Ignore[],
  ran: ReadonlySet<LintCode>,
  settings: LintSettings,
): Finding[] {
  const { left, about } = applyIgnores(findings, ignores, ran);
  return [...left, ...about.flatMap((one) => findingOf(one.code, one, one.at, settings))];
}
