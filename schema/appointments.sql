CREATE TABLE clinic.appointment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  patient_id bigint NOT NULL REFERENCES clinic.patient,
  -- @ignore foreign-key-without-index: practitioners leave, and nobody deletes them
  practitioner_id bigint NOT NULL REFERENCES clinic.practitioner,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  status clinic.appointment_status NOT NULL DEFAULT 'booked',
  reason text,
  CONSTRAINT appointment_has_a_length CHECK (ends_at > starts_at),
  -- A range of one number compares by overlap, as GiST wants it, and needs no extension.
  CONSTRAINT appointment_no_double_booking EXCLUDE USING gist (
    int8range(practitioner_id, practitioner_id, '[]') WITH &&,
    tstzrange(starts_at, ends_at) WITH &&
  ) WHERE (status NOT IN ('cancelled', 'missed'))
);
CREATE INDEX appointment_patient_id_idx ON clinic.appointment (patient_id, starts_at DESC);
CREATE INDEX appointment_open_idx ON clinic.appointment (starts_at) INCLUDE (patient_id, practitioner_id)
  WHERE status IN ('booked', 'confirmed');

CREATE TABLE clinic.treatment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  appointment_id bigint NOT NULL REFERENCES clinic.appointment,
  code text NOT NULL,
  tooth clinic.tooth,
  notes text,
  price clinic.amount NOT NULL,
  CONSTRAINT treatment_code_has_a_form CHECK (code ~ '^[A-Z]{1,3}[0-9]{2,4}$')
);
CREATE INDEX treatment_appointment_id_idx ON clinic.treatment (appointment_id);
COMMENT ON COLUMN clinic.treatment.tooth IS 'FDI notation; NULL: the whole mouth';

-- @ignore view-bypasses-row-security: version 14 has no security_invoker, and the desk's screen is for all clinics
CREATE VIEW clinic.agenda AS
  SELECT a.id, a.starts_at, a.ends_at - a.starts_at AS duration, a.status,
         p.name AS patient, d.name AS practitioner
  FROM clinic.appointment a
  JOIN clinic.patient p ON p.id = a.patient_id
  JOIN clinic.practitioner d ON d.id = a.practitioner_id
  WHERE a.status IN ('booked', 'confirmed', 'arrived');
COMMENT ON VIEW clinic.agenda IS 'What is still to come, for the front desk''s screen';
