/** OIDs of the types whose values do not stay text (PostgreSQL, src/include/catalog/pg_type.dat). */
const decoders: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => text === "t"], // bool
  [21, Number], // int2
  [23, Number], // int4
  [26, Number], // oid
  [700, Number], // float4
  [701, Number], // float8
  [114, JSON.parse], // json
  [3802, JSON.parse], // jsonb
  [1009, (text) => parseArray(text, String)], // text[]
  [1003, (text) => parseArray(text, String)], // name[]
  [1007, (text) => parseArray(text, Number)], // int4[]
  [1028, (text) => parseArray(text, Number)], // oid[]
]);

/** A value of the type `oid`, from the text form that PostgreSQL sent. */
export function decodeValue(oid: number, text: string): unknown {
  const decode = decoders.get(oid);
  return decode === undefined ? text : decode(text);
}

/** A parameter in the text form that PostgreSQL reads; null and undefined are NULL, objects are JSON. */
export function encodeParameter(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `{${value.map(encodeElement).join(",")}}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function encodeElement(value: unknown): string {
  if (Array.isArray(value)) return encodeParameter(value) ?? "NULL";
  const text = encodeParameter(value);
  return text === null ? "NULL" : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

type ArrayValue<T> = (T | null | ArrayValue<T>)[];

/** Reads `{a,"b c",NULL,{…}}`, with or without leading bounds (manual, Array Input and Output Syntax). */
function parseArray<T>(text: string, element: (text: string) => T): ArrayValue<T> {
  const token = /([{}])|"((?:[^"\\]|\\.)*)"|([^{},"]+)/gsy;
  token.lastIndex = text.indexOf("{");
  const root: ArrayValue<T> = [];
  const open: ArrayValue<T>[] = [root];
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) throw new Error(`not an array in PostgreSQL's form: ${text}`);
    const [, brace, quoted, bare] = match;
    const current = open.at(-1) ?? root;
    if (brace === "{") {
      const inner: ArrayValue<T> = [];
      current.push(inner);
      open.push(inner);
    } else if (brace === "}") open.pop();
    else if (quoted !== undefined) current.push(element(quoted.replace(/\\(.)/gs, "$1")));
    else if (bare !== undefined) current.push(bare === "NULL" ? null : element(bare));
    if (text[token.lastIndex] === ",") token.lastIndex += 1;
  }
  return root[0] as ArrayValue<T>;
}
