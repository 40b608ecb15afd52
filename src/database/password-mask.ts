import { cut } from "./connection-uri.js";

const mask = "***";

/** The connection string, well-formed or not, with every password in it replaced by `***`. */
export function maskPassword(text: string): string {
  if (!/^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    return text.replace(/(password\s*=\s*)('(?:[^'\\]|\\.)*'?|(?:\\.|[^\s\\])*)/gis, `$1${mask}`);
  }
  const start = text.indexOf("://") + 3;
  const scheme = text.slice(0, start);
  const hasAtBeforeQuery = cut(text, "?")[0].includes("@");
  // A password may hold an unescaped `?`: then everything up to the last @ is taken for it.
  const [main, query] =
    hasAtBeforeQuery || !looksLikeUserinfo(text.slice(start)) ? cut(text, "?") : [text, undefined];
  const end = main.lastIndexOf("@");
  const colon = main.indexOf(":", start);
  const masked =
    end < 0 || colon < 0 || colon > end
      ? main.slice(start)
      : `${main.slice(start, colon)}:${mask}${main.slice(end)}`;
  return `${scheme}${masked}${query === undefined ? "" : `?${maskQuery(query)}`}`;
}

function looksLikeUserinfo(rest: string): boolean {
  return /^[^:/?@]*:[^@]*@/.test(rest) && !/^[^:/?@]*:\d*[/?]/.test(rest);
}

function maskQuery(query: string): string {
  return query
    .split("&")
    .map((pair) => {
      const [key] = cut(pair, "=");
      return /password/i.test(decodeOr(key)) ? `${key}=${mask}` : pair;
    })
    .join("&");
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
