import { z } from "zod";
import { isLintCode, type LintCode, type Severity, severities } from "../lint/codes.js";
import { type LintSettings, longestIdentifier, type NamedKind, namedKinds } from "../lint/settings.js";

const rules = z
  .record(z.string().refine(isLintCode, "a rule: docs/lint.md has them"), z.enum(severities))
  .transform((given) => given as Partial<Record<LintCode, Severity>>);

/** A regular expression for a whole name. */
const pattern = z
  .string()
  .refine((text) => compiled(text) !== undefined, "a regular expression such as [a-z][a-z0-9_]*")
  .transform((text) => compiled(text) ?? /^$/);

function compiled(text: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${text})$`, "u");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The part `lint` of dm.yaml. */
export const lintSchema = z
  .strictObject({
    rules: rules.default({}),
    names: z
      .partialRecord(z.enum(namedKinds), pattern)
      .transform((given): Partial<Record<NamedKind, RegExp>> => given)
      .default({}),
    identifier_length: z.int().positive().max(longestIdentifier).default(longestIdentifier),
    after: z.exactOptional(z.string().min(1)),
  })
  .transform(
    ({ identifier_length: identifierLength, after, ...rest }): LintSettings => ({
      ...rest,
      identifierLength,
      ...(after === undefined ? {} : { after }),
    }),
  )
  .prefault({});
