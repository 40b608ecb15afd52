import {
  any,
  dayOf,
  events,
  fee,
  firstApart,
  firstQuarter,
  type Ground,
  nextApart,
  nextQuarter,
  one,
  reminderTable,
  visits,
} from "./busy-schema.js";
import type { Application } from "./busy-talk.js";

/** Lines of the schema file, and what stands in their place. */
export type Edit = Readonly<Record<string, string>>;

/** A change, as an edit of the schema files. */
export interface Change {
  /** As docs/online.md calls it. */
  readonly name: string;
  readonly ground: Ground;
  /** What is there before, beside the ground's own. */
  readonly prepared?: Edit;
  readonly edit: Edit;
  /** The application before the change, where it does not do the usual. */
  readonly old?: Application;
  /** The application's new version, where there is one. */
  readonly next?: Application;
}

/** The application, saying another name. */
const saying = (application: Application, name: string, other: string): Application =>
  application.map((one) => ({ ...one, sql: one.sql.replaceAll(name, other) }));

const visitWith = (change: Omit<Change, "ground">): Change => ({ ground: visits, ...change });
const eventWith = (change: Omit<Change, "ground">): Change => ({ ground: events, ...change });

const kindIndex = "CREATE INDEX visit_kind ON clinic.visit (kind, minutes);";
const customerIndex = "CREATE INDEX visit_customer ON clinic.visit (customer_id);";
const lastIndex = "CREATE INDEX event_customer ON clinic.event (customer_id);";
const roomKey = "  CONSTRAINT event_room_fkey FOREIGN KEY (room_id) REFERENCES clinic.room\n) PARTITION";
const feeBy = (call: string) => [
  ...visits.application,
  one(`SELECT ${call} FROM clinic.visit WHERE id = $1`, "id"),
];
const workload = (more: string) => `CREATE MATERIALIZED VIEW clinic.workload AS
  SELECT customer_id, count(*) AS visits${more} FROM clinic.visit GROUP BY customer_id;
CREATE UNIQUE INDEX workload_customer ON clinic.workload (customer_id);
`;
const workloadBy = (columns: string) => [
  ...visits.application,
  one(`SELECT ${columns} FROM clinic.workload WHERE customer_id = $1`, "customer"),
];
/** As many rows as are found: those of a partition that is detached are no longer there. */
const findingSome = events.application.map(({ sql, values }) => any(sql, ...values));
const nextEvents = (table: string) => [
  ...events.application,
  one(
    `UPDATE clinic.${table} SET minutes = minutes % 60 + 1 WHERE id = 1 + $1::bigint / 5 AND day >= '2026-01-01'`,
    "id",
  ),
  one(
    `INSERT INTO clinic.${table} (day, customer_id, room_id, minutes) VALUES ('2026-03-01', $1, 1, 30)`,
    "customer",
  ),
];

/** The rows of the table in docs/online.md that do not say "at once". */
export const changes: readonly Change[] = [
  visitWith({
    name: "index created",
    edit: { [kindIndex]: `${kindIndex}\nCREATE INDEX visit_doctor ON clinic.visit (doctor_id);` },
  }),
  visitWith({ name: "index dropped", edit: { [kindIndex]: "" } }),
  eventWith({
    name: "index of a partitioned table created",
    edit: { [lastIndex]: `${lastIndex}\nCREATE INDEX event_doctor ON clinic.event (doctor_id);` },
  }),
  eventWith({
    name: "index of a partitioned table dropped",
    prepared: { [lastIndex]: `${lastIndex}\nCREATE INDEX event_doctor ON clinic.event (doctor_id);` },
    edit: { "CREATE INDEX event_doctor ON clinic.event (doctor_id);": "" },
  }),
  visitWith({
    name: "index changed",
    edit: { [kindIndex]: "CREATE INDEX visit_kind ON clinic.visit (kind, minutes, doctor_id);" },
  }),
  visitWith({
    name: "unique constraint",
    edit: { "  code text NOT NULL,": "  code text NOT NULL CONSTRAINT visit_code_key UNIQUE," },
  }),
  eventWith({
    name: "primary key of a partitioned table",
    edit: { [roomKey]: `  CONSTRAINT event_pkey PRIMARY KEY (id, day),\n${roomKey}` },
  }),
  visitWith({
    name: "primary key instead of another one",
    edit: {
      "CONSTRAINT visit_pkey PRIMARY KEY (id)": "CONSTRAINT visit_pkey PRIMARY KEY (id, customer_id)",
    },
  }),
  visitWith({
    name: "check",
    edit: { "  minutes int,": "  minutes int CONSTRAINT visit_minutes_check CHECK (minutes > 0)," },
  }),
  visitWith({
    name: "foreign key",
    edit: {
      "  doctor_id int,": "  doctor_id int CONSTRAINT visit_doctor_fkey REFERENCES clinic.doctor,",
    },
  }),
  eventWith({
    name: "check of a partitioned table",
    edit: { [roomKey]: `  CONSTRAINT event_minutes_check CHECK (minutes > 0),\n${roomKey}` },
  }),
  eventWith({
    name: "foreign key of a partitioned table",
    edit: {
      [roomKey]: `  CONSTRAINT event_doctor_fkey FOREIGN KEY (doctor_id) REFERENCES clinic.doctor,\n${roomKey}`,
    },
  }),
  visitWith({ name: "`NOT NULL`", edit: { "  kind text,": "  kind text NOT NULL," } }),
  visitWith({
    name: "new column with a default that is written into each row",
    edit: { "  note text,\n": "  note text,\n  token uuid NOT NULL DEFAULT gen_random_uuid(),\n" },
    next: [...visits.application, one("SELECT token FROM clinic.visit WHERE id = $1", "id")],
  }),
  visitWith({
    name: "new identity column",
    edit: { "  note text,\n": "  note text,\n  number bigint GENERATED BY DEFAULT AS IDENTITY,\n" },
    next: [...visits.application, one("SELECT number FROM clinic.visit WHERE id = $1", "id")],
  }),
  visitWith({
    name: "new `NOT NULL` column without a default",
    edit: {
      "  note text,\n": "  note text,\n  seconds int NOT NULL, -- @backfill coalesce(minutes, 0) * 60\n",
    },
    next: saying(
      saying(visits.application, "minutes, kind)", "minutes, kind, seconds)"),
      "'recall')",
      "'recall', 1800)",
    ),
  }),
  visitWith({ name: "other type", edit: { "  minutes int,": "  minutes bigint," } }),
  visitWith({
    name: "other type of a primary key that foreign keys reference",
    prepared: {
      "  visit_id int NOT NULL,":
        "  visit_id int NOT NULL CONSTRAINT invoice_visit_fkey REFERENCES clinic.visit,",
    },
    edit: {
      "clinic.visit (\n  id int GENERATED": "clinic.visit (\n  id bigint GENERATED",
      "  visit_id int NOT NULL": "  visit_id bigint NOT NULL",
    },
    old: [
      ...visits.application,
      one("INSERT INTO clinic.invoice (visit_id, amount) VALUES ($1, 100)", "id"),
      any(
        "SELECT sum(amount) FROM clinic.visit v JOIN clinic.invoice i ON i.visit_id = v.id WHERE v.id = $1",
        "id",
      ),
    ],
  }),
  eventWith({
    name: "other type in a partitioned table",
    edit: {
      "  customer_id int NOT NULL,\n  room_id int,\n  doctor_id int,\n  minutes int,":
        "  customer_id bigint NOT NULL,\n  room_id int,\n  doctor_id int,\n  minutes bigint,",
    },
  }),
  visitWith({
    name: "enum that loses a label",
    edit: { "'missed', 'lost'": "'missed'" },
    old: [
      ...visits.application,
      one("UPDATE clinic.visit SET state = 'missed' WHERE id = $1 AND state IN ('done', 'missed')", "id"),
    ],
  }),
  eventWith({
    name: "table becomes a partition",
    edit: { [nextApart]: nextQuarter },
    old: nextEvents("event_next"),
    next: nextEvents("event"),
  }),
  eventWith({
    name: "partition becomes a table",
    edit: { [firstQuarter]: firstApart },
    old: findingSome,
    next: [
      ...findingSome,
      any(`SELECT minutes FROM clinic.event_q1 WHERE id = $1 AND day = ${dayOf("$1")}`, "id"),
    ],
  }),
  visitWith({
    name: "column renamed",
    edit: {
      "  kind text,": "  sort text, -- @renamed from=kind",
      [kindIndex]: "CREATE INDEX visit_kind ON clinic.visit (sort, minutes);",
    },
    next: saying(visits.application, "kind", "sort"),
  }),
  visitWith({
    name: "table renamed",
    edit: {
      "CREATE TABLE clinic.visit (": "-- @renamed from=visit\nCREATE TABLE clinic.consultation (",
      [customerIndex]: customerIndex.replace("clinic.visit", "clinic.consultation"),
      [kindIndex]: kindIndex.replace("clinic.visit", "clinic.consultation"),
    },
    next: saying(visits.application, "clinic.visit", "clinic.consultation"),
  }),
  visitWith({
    name: "materialised view with another query",
    prepared: { [fee]: `${fee}\n${workload("")}` },
    edit: { [workload("")]: workload(", sum(minutes) AS minutes") },
    old: workloadBy("visits"),
    next: workloadBy("visits, minutes"),
  }),
  visitWith({
    name: "function with other arguments",
    edit: {
      [fee]:
        "CREATE FUNCTION clinic.fee(minutes int, kind text) RETURNS int LANGUAGE sql IMMUTABLE RETURN minutes * length(kind);",
    },
    old: feeBy("clinic.fee(minutes)"),
    next: feeBy("clinic.fee(minutes, kind)"),
  }),
  visitWith({
    name: "table dropped",
    edit: { [reminderTable]: "" },
    old: [
      ...visits.application,
      any("SELECT words FROM clinic.reminder WHERE customer_id = $1", "customer"),
      one("INSERT INTO clinic.reminder (customer_id, words) VALUES ($1, 'soon')", "customer"),
    ],
    next: visits.application,
  }),
  visitWith({
    name: "column dropped",
    edit: { "  doctor_id int,\n": "" },
    old: [...visits.application, one("SELECT doctor_id FROM clinic.visit WHERE id = $1", "id")],
    next: visits.application,
  }),
];

/** A schema file after an edit. */
export function edited(schema: string, edit: Edit): string {
  return Object.entries(edit).reduce((text, [line, instead]) => {
    if (!text.includes(line)) throw new Error(`no line "${line}"`);
    return text.replace(line, () => instead);
  }, schema);
}
