/** A name pattern such as `auth`, `auth.*`, `*.pg_partman_*` or `"Odd.Name".t*`. */
export interface Pattern {
  readonly parts: readonly RegExp[];
  /** Begins with `!`: takes back what others left out. */
  readonly isTakenBack: boolean;
  /** Stands for one name only. */
  readonly isExact: boolean;
}

const part = /(?:"((?:[^"]|"")+)"|([^."!\s]+))(\.|$)/y;

/** Undefined for text that is no pattern. In double quotes `*`, `?` and dots stand for themselves. */
export function readPattern(text: string): Pattern | undefined {
  const isTakenBack = text.startsWith("!");
  const parts: RegExp[] = [];
  let isExact = true;
  let at = isTakenBack ? 1 : 0;
  for (let end = false; !end; ) {
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null) return undefined;
    const [whole, quoted, plain = "", dot] = match;
    if (quoted === undefined && /[*?]/.test(plain)) isExact = false;
    parts.push(quoted === undefined ? glob(plain) : literally(quoted.replaceAll('""', '"')));
    at += whole.length;
    end = dot === "";
  }
  return { parts, isTakenBack, isExact };
}

/** The pattern that stands for these names and no others. */
export function exactPattern(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join(".");
}

/** Whether the pattern names this path or something that it lies in: `auth` covers `auth.users.id`. */
export function covers({ parts }: Pattern, path: readonly string[]): boolean {
  return parts.length <= path.length && parts.every((one, at) => one.test(path[at] ?? ""));
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const literally = (text: string) => new RegExp(`^${escaped(text)}$`, "su");

function glob(text: string): RegExp {
  const source = [...text].map((c) => (c === "*" ? ".*" : c === "?" ? "." : escaped(c))).join("");
  return new RegExp(`^${source}$`, "su");
}
