import { describe, expect, test } from "vitest";
import { newRevisionId, parseRevisionFileName, revisionFileName, slug } from "../../src/revision/name.js";

describe("a slug", () => {
  test.each([
    ["Add a recall date", "add_a_recall_date"],
    ["  Füge das Straßenfeld hinzu! ", "fuge_das_strassenfeld_hinzu"],
    ["Añade el índice de pacientes", "anade_el_indice_de_pacientes"],
    ["Dodaj kolumnę łóżko", "dodaj_kolumne_lozko"],
    ["Добавить таблицу users", "users"],
    ["患者テーブルを追加", ""],
    ["😀 ../../etc/passwd", "etc_passwd"],
    ["patient's name", "patients_name"],
    ["one two three four five six seven eight nine", "one_two_three_four_five_six_seven_eight"],
    [`a${"b".repeat(100)}`, `a${"b".repeat(39)}`],
    ["first line\nsecond line", "first_line_second_line"],
    ["ﬁnal ①", "final_1"],
  ])("of %j is %j", (message, expected) => expect(slug(message)).toBe(expected));
});

describe("a revision's file name", () => {
  test("is its time in UTC, its id and its slug", () => {
    const name = revisionFileName({
      id: "4f2a9c1b7e03",
      created: "2025-03-04T09:12:45.678Z",
      message: "Add it",
    });
    expect(name).toBe("20250304091245_4f2a9c1b7e03_add_it.sql");
    expect(parseRevisionFileName(name)).toEqual({
      timestamp: "20250304091245",
      id: "4f2a9c1b7e03",
      slug: "add_it",
    });
  });

  test("has no slug when the message has no ASCII word", () => {
    const name = revisionFileName({ id: "4f2a9c1b7e03", created: "2025-03-04T09:12:45Z", message: "追加" });
    expect(name).toBe("20250304091245_4f2a9c1b7e03.sql");
    expect(parseRevisionFileName(name)).toEqual({ timestamp: "20250304091245", id: "4f2a9c1b7e03" });
  });

  test("is told from other files", () => {
    for (const name of ["x.sql", "20250304091245_4F2A9C1B7E03.sql", "20250304_4f2a9c1b7e03.sql", "dm.sum"]) {
      expect(parseRevisionFileName(name), name).toBeUndefined();
    }
  });

  test("holds an id of twelve random digits", () => {
    expect(newRevisionId()).toMatch(/^[0-9a-f]{12}$/);
    expect(newRevisionId()).not.toBe(newRevisionId());
  });
});
