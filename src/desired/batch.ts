import type { Database } from "../database/database.js";
import { quoteLiteral } from "../sql/quote.js";
import { applySettings } from "./settings.js";
import type { LoadUnit } from "./units.js";

/** What PostgreSQL said of a unit that did not load. */
export interface Refused {
  readonly unit: LoadUnit;
  readonly sqlstate: string;
  readonly message: string;
}

/**
 * Runs units in one round trip, each in a subtransaction of its own, and returns those that could not run.
 * After each stage, and at the end until nothing moves any more, those before that failed are tried again:
 * what they lacked may be there by then.
 */
export async function runBatch(units: readonly LoadUnit[], database: Database): Promise<Refused[]> {
  if (units.length === 0) return [];
  const names = new Set(units.flatMap(({ desired }) => [...desired.settings.keys()]));
  const sessions: string[] = [];
  const sessionOf = units.map((unit) => {
    const text = applySettings(unit.desired.settings, names);
    const known = sessions.indexOf(text);
    return known === -1 ? sessions.push(text) : known + 1;
  });
  const input = {
    texts: units.map(({ text }) => text),
    stages: units.map(({ stage }) => stage),
    sessions,
    sessionOf,
    afterwards: applySettings(new Map(), names),
  };
  const rows = await database.script(
    `${loop(JSON.stringify(input))};\nSELECT pg_catalog.current_setting('dm.refused') AS refused`,
  );
  const answer = rows.at(-1)?.[0]?.refused;
  const refused = JSON.parse(String(answer)) as { index: number; sqlstate: string; message: string }[];
  return refused.flatMap(({ index, sqlstate, message }) => {
    const unit = units[index - 1];
    return unit === undefined ? [] : [{ unit, sqlstate, message }];
  });
}

/**
 * Errors of classes 53 (insufficient resources), 57 (operator intervention), 58 (system) and XX (internal)
 * are not of the statement's making: they end the load.
 */
const loop = (input: string) =>
  `DO ${quoteLiteral(`
DECLARE
  input CONSTANT pg_catalog.json := ${quoteLiteral(input)};
  texts pg_catalog.text[];
  stages integer[];
  sessions pg_catalog.text[];
  session_of integer[];
  codes pg_catalog.text[] := '{}';
  messages pg_catalog.text[] := '{}';
  pending integer[] := '{}';
  queue integer[];
  waiting integer;
  following integer := 1;
  in_force integer := 0;
  total integer;
  i integer;
BEGIN
  SELECT pg_catalog.array_agg(e.value ORDER BY e.ordinality) INTO texts
    FROM pg_catalog.json_array_elements_text(input -> 'texts') WITH ORDINALITY e(value, ordinality);
  SELECT pg_catalog.array_agg(e.value::integer ORDER BY e.ordinality) INTO stages
    FROM pg_catalog.json_array_elements_text(input -> 'stages') WITH ORDINALITY e(value, ordinality);
  SELECT pg_catalog.array_agg(e.value ORDER BY e.ordinality) INTO sessions
    FROM pg_catalog.json_array_elements_text(input -> 'sessions') WITH ORDINALITY e(value, ordinality);
  SELECT pg_catalog.array_agg(e.value::integer ORDER BY e.ordinality) INTO session_of
    FROM pg_catalog.json_array_elements_text(input -> 'sessionOf') WITH ORDINALITY e(value, ordinality);
  total := pg_catalog.cardinality(texts);
  LOOP
    queue := pending;
    waiting := CASE WHEN following > total THEN pg_catalog.cardinality(pending) ELSE -1 END;
    WHILE following <= total LOOP
      queue := queue || following;
      following := following + 1;
      EXIT WHEN following <= total AND stages[following] <> stages[following - 1];
    END LOOP;
    pending := '{}';
    FOREACH i IN ARRAY queue LOOP
      BEGIN
        IF session_of[i] <> in_force THEN
          in_force := 0;
          EXECUTE sessions[session_of[i]];
          in_force := session_of[i];
        END IF;
      EXCEPTION WHEN OTHERS THEN
        pending := pending || i;
        codes[i] := SQLSTATE;
        messages[i] := SQLERRM;
        CONTINUE;
      END;
      BEGIN
        EXECUTE texts[i];
      EXCEPTION WHEN OTHERS THEN
        IF pg_catalog.left(SQLSTATE, 2) IN ('53', '57', '58', 'XX') THEN
          RAISE;
        END IF;
        pending := pending || i;
        codes[i] := SQLSTATE;
        messages[i] := SQLERRM;
      END;
    END LOOP;
    EXIT WHEN pg_catalog.cardinality(pending) = 0 AND following > total;
    EXIT WHEN pg_catalog.cardinality(pending) = waiting;
  END LOOP;
  PERFORM pg_catalog.set_config('dm.refused', coalesce(
      pg_catalog.json_agg(pg_catalog.json_build_object(
        'index', p.value, 'sqlstate', codes[p.value], 'message', messages[p.value]) ORDER BY p.value),
      '[]')::pg_catalog.text, false)
    FROM pg_catalog.unnest(pending) p(value);
  EXECUTE input ->> 'afterwards';
END`)}`;
