-- Who changed which row of medical and billing records, and what it was before.

CREATE SCHEMA audit;

CREATE TABLE audit.change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  who text NOT NULL DEFAULT session_user,
  relation text NOT NULL,
  operation text NOT NULL,
  before jsonb,
  after jsonb,
  CONSTRAINT change_operation_is_of_rows CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE'))
);
CREATE INDEX change_relation_idx ON audit.change (relation, at);
COMMENT ON TABLE audit.change IS 'Append-only: nobody is granted UPDATE or DELETE';

CREATE FUNCTION audit.record_change() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO audit.change (relation, operation, before, after)
  VALUES (
    format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), TG_OP,
    CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
    CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION audit.record_change() FROM PUBLIC;

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON clinic.patient
  FOR EACH ROW EXECUTE FUNCTION audit.record_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON clinic.treatment
  FOR EACH ROW EXECUTE FUNCTION audit.record_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON clinic.invoice
  FOR EACH ROW EXECUTE FUNCTION audit.record_change();
