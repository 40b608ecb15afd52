import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadDesired } from "../../src/desired/load.js";
import { readDesired } from "../../src/desired/read.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { openParser } from "../../src/parse/parser.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";

const sample = path.join(import.meta.dirname, "../../schema");

describe.each(eachPostgres)("the sample schema on %s", (postgres) => {
  test("loads, and holds nothing that dm does not model", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const state = await readDesired(sample, await openParser(database.version.major));
      const catalog = await database.trial(async () => {
        await loadDesired(state, database);
        return introspectHere(database);
      });
      expect(catalog.unmodelled).toEqual([]);
      expect(catalog.ofKind("table").map(({ identity }) => identity.name)).toEqual(
        expect.arrayContaining(["clinic", "patient", "practitioner", "appointment", "invoice", "payment"]),
      );
    });
  });

  test("refuses to book a dentist twice at one time", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const state = await readDesired(sample, await openParser(database.version.major));
      const book = (from: string, to: string) =>
        database.script(`INSERT INTO clinic.appointment (patient_id, practitioner_id, starts_at, ends_at)
                         VALUES (1, 1, '2026-03-02 ${from}+00', '2026-03-02 ${to}+00')`);
      const booking = database.trial(async () => {
        await loadDesired(state, database);
        await database.script(`
          INSERT INTO clinic.clinic (name, city) VALUES ('North', 'Kiel');
          INSERT INTO clinic.practitioner (clinic_id, name, license, hired_on)
            VALUES (1, 'Dr. Ruiz', 'K-1', '2020-01-01');
          INSERT INTO clinic.patient (clinic_id, name, born_on, phone) VALUES (1, 'Ana', '1990-05-04', '1');
        `);
        await book("09:00", "09:30");
        await book("09:30", "10:00");
        await book("09:15", "09:45");
      });
      await expect(booking).rejects.toMatchObject({ sqlstate: "23P01" });
    });
  });
});
