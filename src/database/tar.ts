export interface TarEntry {
  /** Relative, with `/` between its parts. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly content: Buffer;
}

const block = 512;

/** The entries of an uncompressed tar archive (POSIX ustar, as PGlite writes them). */
export function* readTar(archive: Buffer): Generator<TarEntry> {
  let at = 0;
  while (at + block <= archive.length && archive[at] !== 0) {
    const field = (offset: number, length: number): string => {
      const bytes = archive.subarray(at + offset, at + offset + length);
      const end = bytes.indexOf(0);
      return bytes.subarray(0, end < 0 ? length : end).toString();
    };
    const size = Number.parseInt(field(124, 12).trim() || "0", 8);
    const content = archive.subarray(at + block, at + block + size);
    if (!isChecksumRight(archive.subarray(at, at + block), field(148, 8)) || content.length !== size) {
      throw new Error("the archive is damaged");
    }
    const path = [field(345, 155), field(0, 100)].filter((part) => part !== "").join("/");
    const isDirectory = field(156, 1) === "5" || path.endsWith("/");
    yield { path: path.replace(/^\/+|\/+$/g, ""), isDirectory, content };
    at += block + Math.ceil(size / block) * block;
  }
}

/** The sum of the header's bytes, its own eight counted as blanks. */
function isChecksumRight(header: Buffer, written: string): boolean {
  let sum = 8 * 0x20;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum === Number.parseInt(written.trim(), 8);
}
