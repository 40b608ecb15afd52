-- A dental clinic: what its tables are made of, and who may do what.

CREATE SCHEMA clinic;
COMMENT ON SCHEMA clinic IS 'Patients, appointments, treatments and what they cost';

CREATE TYPE clinic.appointment_status AS ENUM (
  'booked', 'confirmed', 'arrived', 'done', 'cancelled', 'missed'
);
CREATE TYPE clinic.payment_method AS ENUM ('cash', 'card', 'transfer', 'insurance');

CREATE DOMAIN clinic.email AS text CONSTRAINT email_has_one_at CHECK (VALUE ~ '^[^@\s]+@[^@\s]+$');
CREATE DOMAIN clinic.amount AS numeric(10, 2) CONSTRAINT amount_is_not_negative CHECK (VALUE >= 0);
-- FDI World Dental Federation notation: quadrant, then tooth.
CREATE DOMAIN clinic.tooth AS text CONSTRAINT tooth_is_fdi CHECK (VALUE ~ '^([1-4][1-8]|[5-8][1-5])$');

GRANT USAGE ON SCHEMA clinic TO front_desk, dentist, accounting;

GRANT SELECT ON clinic.clinic, clinic.practitioner TO front_desk, dentist, accounting;
GRANT SELECT, INSERT, UPDATE ON clinic.patient TO front_desk, dentist;
GRANT SELECT, INSERT, UPDATE ON clinic.appointment TO front_desk, dentist;
GRANT SELECT, INSERT ON clinic.treatment TO dentist;
GRANT SELECT ON clinic.treatment TO accounting;
GRANT SELECT, INSERT, UPDATE ON clinic.invoice, clinic.payment TO accounting;
GRANT SELECT ON clinic.agenda TO front_desk, dentist;
GRANT SELECT ON clinic.monthly_revenue TO accounting;
