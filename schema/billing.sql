CREATE TABLE clinic.invoice (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10000) PRIMARY KEY,
  patient_id bigint NOT NULL REFERENCES clinic.patient,
  issued_on date NOT NULL DEFAULT CURRENT_DATE,
  due_on date NOT NULL,
  net clinic.amount NOT NULL,
  vat_rate numeric(4, 3) NOT NULL DEFAULT 0,
  gross numeric(12, 2) GENERATED ALWAYS AS (round(net * (1 + vat_rate), 2)) STORED,
  paid_at timestamptz,
  CONSTRAINT invoice_is_due_after_issue CHECK (due_on >= issued_on),
  CONSTRAINT invoice_vat_rate_is_a_share CHECK (vat_rate BETWEEN 0 AND 1)
);
CREATE INDEX invoice_patient_id_idx ON clinic.invoice (patient_id);
CREATE INDEX invoice_unpaid_idx ON clinic.invoice (due_on) WHERE paid_at IS NULL;

CREATE TABLE clinic.payment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  invoice_id bigint NOT NULL REFERENCES clinic.invoice DEFERRABLE INITIALLY IMMEDIATE,
  amount clinic.amount NOT NULL,
  method clinic.payment_method NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payment_invoice_id_idx ON clinic.payment (invoice_id);

CREATE FUNCTION clinic.balance(invoice_id bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT i.gross - coalesce(sum(p.amount), 0)
  FROM clinic.invoice i LEFT JOIN clinic.payment p ON p.invoice_id = i.id
  WHERE i.id = balance.invoice_id
  GROUP BY i.gross
$$;

CREATE MATERIALIZED VIEW clinic.monthly_revenue AS
  SELECT date_trunc('month', received_at AT TIME ZONE 'UTC')::date AS month, method, sum(amount) AS revenue
  FROM clinic.payment
  GROUP BY 1, 2;
-- REFRESH MATERIALIZED VIEW CONCURRENTLY needs it.
CREATE UNIQUE INDEX monthly_revenue_key ON clinic.monthly_revenue (month, method);
