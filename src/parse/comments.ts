import type { Comment } from "./parser.js";
import type { Token } from "./scan.js";

interface Extent {
  readonly start: number;
  /** Behind its semicolon. */
  readonly stop: number;
}

/**
 * Gives each comment to the statement that it stands in, beside (on the line where the statement ends) or
 * directly above (no blank line between). `placed` runs parallel to the statements.
 */
export function placeComments(text: string, tokens: readonly Token[], statements: readonly Extent[]) {
  const placed: Comment[][] = statements.map(() => []);
  const loose: Token[] = [];
  let following = 0;
  let waiting: Token[] = [];
  const put = (index: number, { text, start, end }: Token, place: Comment["place"]) =>
    placed[index]?.push({ text, start, end, place });
  const settle = () => {
    const start = statements[following]?.start;
    let below = start;
    const above = new Set<Token>();
    for (const comment of waiting.toReversed()) {
      if (below === undefined || newlines(text, comment.end, below) > 1) break;
      above.add(comment);
      below = comment.start;
    }
    for (const comment of waiting) {
      if (above.has(comment)) put(following, comment, "above");
      else loose.push(comment);
    }
    waiting = [];
  };
  for (const token of tokens) {
    while (following < statements.length && token.start >= (statements[following]?.stop ?? 0)) {
      settle();
      following++;
    }
    if (token.kind !== "comment") continue;
    const own = statements[following];
    if (own && token.start > own.start) {
      put(following, token, "inside");
      continue;
    }
    const before = statements[following - 1];
    const isBeside = before !== undefined && newlines(text, before.stop, token.start) === 0;
    const isRightBeforeNext = own !== undefined && newlines(text, token.end, own.start) === 0;
    if (isBeside && !isRightBeforeNext) put(following - 1, token, "beside");
    else waiting.push(token);
  }
  settle();
  return { placed: placed.map((comments) => comments.toSorted((a, b) => a.start - b.start)), loose };
}

function newlines(text: string, from: number, to: number): number {
  return text.slice(from, to).split("\n").length - 1;
}
