/** The part of pg-query-emscripten that the grammar of PostgreSQL 16 needs; the package has no types. */
declare module "pg-query-emscripten" {
  export interface RawResult {
    /** JSON. */
    parse_tree: string;
    /** `message` is empty when there is no error; `cursorpos` is 1-based, in characters. */
    error: { message: string; cursorpos: number };
  }
  export interface PgQuery {
    allocate(bytes: Uint8Array, allocator: number): number;
    raw_parse(pointer: number): RawResult;
    _free(pointer: number): void;
  }
  const PgQueryModule: new () => Promise<PgQuery>;
  export default PgQueryModule;
}
