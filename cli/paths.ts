import { isAbsolute, relative } from "node:path";

/** A path as a person would type it here: relative where it is below the working directory. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

/** The result with its file as {@link shownPath} gives it. */
export function withShownFile<T extends { readonly file?: string }>(result: T): T {
  return result.file === undefined ? result : { ...result, file: shownPath(result.file) };
}
