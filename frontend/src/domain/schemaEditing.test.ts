// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FINDING_CODES } from "./findingCodes";
import type { Question } from "./labelSchema";
import type { QuestionKind } from "./newQuestions";
import { type DraftQuestion, draftsOf, editSchema, freeKey, keyFromText, LONGEST_KEY } from "./schemaEditing";
import { analysisGaps, placeOfField, schemaProblems } from "./schemaProblems";

function built(...kinds: QuestionKind[]): DraftQuestion[] {
  return kinds.reduce<DraftQuestion[]>(
    (drafts, kind, index) => editSchema(drafts, { type: "ADD", id: `q${index}`, kind }),
    [],
  );
}

const questionsOf = (drafts: DraftQuestion[]) => drafts.map((draft) => draft.question);

test("a column name follows the question's text", () => {
  expect(keyFromText("Nodule present?")).toBe("nodule_present");
  expect(keyFromText("  Größe (mm) ")).toBe("gro_e_mm");
  expect(keyFromText("3rd lesion")).toBe("rd_lesion");
  expect(keyFromText("???")).toBe("");
});

test("whatever the text, the key is free and admissible", () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (text, others) => {
      const taken = new Set(others.map(keyFromText));
      const key = freeKey(keyFromText(text), taken);
      return /^[a-z][a-z0-9_]*$/.test(key) && key.length <= LONGEST_KEY && !taken.has(key);
    }),
  );
});

test("a new question takes the role that is still free", () => {
  const roles = questionsOf(built("NUMBER", "BINARY", "BINARY", "CONFIDENCE", "ORDINAL")).map((question) =>
    "role" in question ? question.role : undefined,
  );
  expect(roles).toEqual([null, "CALL", null, "RATING", null]);
});

test("giving a role to one question takes it from the other", () => {
  const drafts = editSchema(built("CONFIDENCE", "ORDINAL"), { type: "ROLE", id: "q1", role: "RATING" });
  expect(questionsOf(drafts)).toMatchObject([{ role: null }, { role: "RATING" }]);
});

test("the same kind twice gets two column names, and the schema is sound", () => {
  const questions = questionsOf(built("BINARY", "BINARY"));
  expect(questions.map((question) => question.key)).toEqual(["finding_present", "finding_present_2"]);
  expect(schemaProblems(questions)).toEqual([]);
});

test("the key follows the text until a person chooses it", () => {
  let drafts = editSchema(built("BINARY"), { type: "TEXT", id: "q0", text: "Mass?" });
  expect(drafts[0]?.question.key).toBe("mass");
  drafts = editSchema(drafts, { type: "KEY", id: "q0", key: "mass_call" });
  drafts = editSchema(drafts, { type: "TEXT", id: "q0", text: "Mass seen?" });
  expect(drafts[0]?.question).toMatchObject({ key: "mass_call", text: "Mass seen?" });
});

test("moving keeps the questions and stops at the ends", () => {
  const drafts = built("BINARY", "ORDINAL", "CONFIDENCE");
  const ids = (list: DraftQuestion[]) => list.map((draft) => draft.id);
  expect(ids(editSchema(drafts, { type: "MOVE", id: "q2", by: -1 }))).toEqual(["q0", "q2", "q1"]);
  expect(ids(editSchema(drafts, { type: "MOVE", id: "q0", by: -1 }))).toEqual(["q0", "q1", "q2"]);
  expect(ids(editSchema(drafts, { type: "MOVE", id: "q2", by: 1 }))).toEqual(["q0", "q1", "q2"]);
});

test("each fault is said at its question and field", () => {
  let drafts = built("BINARY", "ORDINAL", "LOCATED_FINDING");
  drafts = editSchema(drafts, { type: "TEXT", id: "q0", text: " " });
  drafts = editSchema(drafts, { type: "CHANGE", id: "q1", change: { options: ["a", "b", "", "d", "e"] } });
  const change = { tools: [], minimum_count: 2, maximum_count: 1 };
  drafts = editSchema(drafts, { type: "CHANGE", id: "q2", change });
  drafts = editSchema(drafts, { type: "KEY", id: "q2", key: "Bad key" });
  const places = schemaProblems(questionsOf(drafts)).map(({ index, field }) => `${index}.${field}`);
  expect(places).toEqual(["0.text", "1.options", "2.key", "2.tools", "2.maximum_count"]);
});

test("two questions with one column name are both named", () => {
  const drafts = editSchema(built("BINARY", "ORDINAL"), { type: "KEY", id: "q1", key: "finding_present" });
  expect(schemaProblems(questionsOf(drafts)).map((problem) => problem.index)).toEqual([0, 1]);
});

test("an empty schema asks for a question", () => {
  expect(schemaProblems([])).toMatchObject([{ index: null, detail: "Add at least one question." }]);
});

test("the server's field finds its place", () => {
  expect(placeOfField("questions[1].options[0]")).toEqual({ index: 1, field: "options" });
  expect(placeOfField("questions.2.key")).toEqual({ index: 2, field: "key" });
  expect(placeOfField("questions[0]")).toEqual({ index: 0, field: "text" });
  expect(placeOfField("name")).toEqual({ index: null, field: "name" });
});

// The templates that the server ships.
const TEMPLATES_AT = join(import.meta.dirname, "../../../annotations/domain/templates");
const TEMPLATES: [string, Question[]][] = readdirSync(TEMPLATES_AT).map((name) => [
  name,
  JSON.parse(readFileSync(join(TEMPLATES_AT, name), "utf8")).questions,
]);

test.each(TEMPLATES)("the template %s is sound and gives all analyses", (_name, questions) => {
  expect(schemaProblems(questions)).toEqual([]);
  expect(analysisGaps(questions)).toEqual([]);
});

test("a schema without roles says what it cannot give", () => {
  expect(analysisGaps(questionsOf(built("LOCATED_FINDING")))).toHaveLength(2);
});

test("a stored schema keeps its own column names", () => {
  const drafts = draftsOf(TEMPLATES[0]?.[1] ?? [], () => "x");
  expect(drafts.map((draft) => draft.hasOwnKey)).toEqual([false, true, false]);
});

test("codes offered are distinct", () => {
  const names = FINDING_CODES.map((code) => `${code.scheme} ${code.value}`);
  expect(new Set(names).size).toBe(names.length);
});

test("a copy stands below its original, with a column name of its own and no role", () => {
  const drafts = editSchema(built("BINARY", "TEXT"), { type: "COPY", id: "copy", of: "q0" });
  expect(drafts.map(({ id }) => id)).toEqual(["q0", "copy", "q1"]);
  expect(drafts[1]?.question).toMatchObject({ key: "finding_present_2", role: null });
});

test("a question is added below the one that is open", () => {
  const drafts = editSchema(built("BINARY", "TEXT"), { type: "ADD", id: "new", kind: "DATE", after: "q0" });
  expect(drafts.map(({ id }) => id)).toEqual(["q0", "new", "q1"]);
});

test("a condition goes on to mean the same question when its column name changes", () => {
  const condition = { all: [{ question: "finding_present", is: true }] };
  let drafts = editSchema(built("BINARY", "TEXT"), {
    type: "CHANGE",
    id: "q1",
    change: { show_if: condition },
  });
  drafts = editSchema(drafts, { type: "TEXT", id: "q0", text: "Mass?" });
  expect(drafts[1]?.question.show_if).toEqual({ all: [{ question: "mass", is: true }] });
  expect(schemaProblems(questionsOf(drafts))).toEqual([]);
});

test("a condition that has lost its question is said at its place", () => {
  const change = { show_if: { question: "finding_present", is: true } };
  let drafts = editSchema(built("BINARY", "TEXT"), { type: "CHANGE", id: "q1", change });
  drafts = editSchema(drafts, { type: "MOVE", id: "q1", by: -1 });
  expect(schemaProblems(questionsOf(drafts)).map(({ index, field }) => `${index}.${field}`)).toEqual([
    "0.show_if",
  ]);
});
