/**
 * A schema of the size that large applications have: ten columns, three indexes, foreign keys, comments a
 * table.
 */
export function generatedSchema(tables: number): string[] {
  return Array.from({ length: tables }, (_, at) => table(at));
}

function table(at: number): string {
  const name = `bench.table_${at}`;
  const other = `bench.table_${Math.floor(at / 2)}`;
  const another = `bench.table_${Math.floor(at / 3)}`;
  return `
    CREATE TABLE ${name} (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      parent_id bigint NOT NULL REFERENCES ${other},
      owner_id bigint REFERENCES ${another} ON DELETE SET NULL,
      code text NOT NULL,
      name varchar(200) NOT NULL DEFAULT '',
      amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
      is_active boolean NOT NULL DEFAULT true,
      payload jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz
    );
    CREATE UNIQUE INDEX table_${at}_code_key ON ${name} (lower(code));
    CREATE INDEX table_${at}_parent_id_idx ON ${name} (parent_id, created_at DESC);
    CREATE INDEX table_${at}_active_idx ON ${name} (owner_id) INCLUDE (name) WHERE is_active;
    COMMENT ON TABLE ${name} IS 'The table number ${at}';
    COMMENT ON COLUMN ${name}.amount IS 'In euros';`;
}
