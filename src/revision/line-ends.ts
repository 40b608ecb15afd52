/**
 * Text whose every line ends in CR LF, as a checkout on Windows makes it, with LF instead. Text that
 * mixes both keeps them: there a CR LF is content, such as a function body that was created with it.
 */
export function normalizeLineEnds(text: string): string {
  const plain = text.replace(/^\ufeff/, "");
  return /(?<!\r)\n/.test(plain) ? plain : plain.replaceAll("\r\n", "\n");
}
