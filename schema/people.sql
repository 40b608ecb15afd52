CREATE TABLE clinic.practitioner (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  clinic_id bigint NOT NULL REFERENCES clinic.clinic,
  name text NOT NULL,
  license text NOT NULL CONSTRAINT practitioner_license_key UNIQUE,
  email clinic.email,
  hired_on date NOT NULL,
  left_on date,
  CONSTRAINT practitioner_leaves_after_hire CHECK (left_on >= hired_on)
);
CREATE INDEX practitioner_clinic_id_idx ON clinic.practitioner (clinic_id);
COMMENT ON COLUMN clinic.practitioner.license IS 'Number in the register of the dental chamber';

CREATE TABLE clinic.patient (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  clinic_id bigint NOT NULL REFERENCES clinic.clinic,
  name text NOT NULL,
  born_on date NOT NULL,
  email clinic.email,
  phone text,
  allergies text[] NOT NULL DEFAULT '{}',
  registered_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT patient_can_be_reached CHECK (email IS NOT NULL OR phone IS NOT NULL)
);
CREATE INDEX patient_name_idx ON clinic.patient (clinic_id, lower(name)) INCLUDE (born_on);
CREATE UNIQUE INDEX patient_email_key ON clinic.patient (lower(email)) WHERE email IS NOT NULL;
COMMENT ON TABLE clinic.patient IS 'Everyone who was ever treated; kept for ten years by law';
COMMENT ON COLUMN clinic.patient.allergies IS 'Substances, as the patient named them';

-- A session works for one clinic and says which: SET app.clinic_id = '1'.
CREATE FUNCTION clinic.current_clinic() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.clinic_id', true), '')::bigint $$;
COMMENT ON FUNCTION clinic.current_clinic() IS 'The clinic that this session works for; without one, no rows';

ALTER TABLE clinic.patient ENABLE ROW LEVEL SECURITY;
CREATE POLICY patient_of_this_clinic ON clinic.patient
  USING (clinic_id = clinic.current_clinic()) WITH CHECK (clinic_id = clinic.current_clinic());

CREATE FUNCTION clinic.age(patient clinic.patient) RETURNS integer LANGUAGE sql STABLE
  AS $$ SELECT extract(year FROM age(patient.born_on))::integer $$;
