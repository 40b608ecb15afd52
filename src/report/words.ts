/** `1 table`, `2 tables`, `3 policies`. */
export function count(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : plural(noun)}`;
}

function plural(noun: string): string {
  if (/statistics$/.test(noun)) return noun;
  if (/(s|x|ch)$/.test(noun)) return `${noun}es`;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return `${noun}s`;
}

/** A duration for people: `12 ms`, `1.2 s`, `3 min 4 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A moment in ISO 8601 to the minute: `2025-03-04 09:12 UTC`; what is no such moment stays as it is. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The first line of a text, and a mark where there was more. */
export function firstLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  const [line = ""] = text.split(/\r\n|\r|\n/);
  const cut = line.length > longest ? line.slice(0, longest - 1) : line;
  return cut === text ? text : `${cut.trimEnd()}…`;
}

/** The text without what steers a terminal: names and comments come from databases. */
export function harmless(text: string): string {
  return text.replace(/[^\P{Control}\n\t]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return `\\x${code}`;
  });
}
