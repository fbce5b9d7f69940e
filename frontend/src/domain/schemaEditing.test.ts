import fc from "fast-check";
import { expect, test } from "vitest";
import { FINDING_CODES, STARTER_SCHEMAS } from "./findingCodes";
import {
  type DraftQuestion,
  draftsOf,
  editSchema,
  freeKey,
  keyFromText,
  LONGEST_KEY,
  type QuestionKind,
} from "./schemaEditing";
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
  const roles = questionsOf(built("BINARY", "BINARY", "CONFIDENCE", "ORDINAL")).map((question) =>
    "role" in question ? question.role : undefined,
  );
  expect(roles).toEqual(["CALL", null, "RATING", null]);
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

test("every starter schema is sound and gives all analyses", () => {
  for (const starter of STARTER_SCHEMAS) {
    expect(schemaProblems(starter.questions)).toEqual([]);
    expect(analysisGaps(starter.questions)).toEqual([]);
  }
});

test("a schema without roles says what it cannot give", () => {
  expect(analysisGaps(questionsOf(built("LOCATED_FINDING")))).toHaveLength(2);
});

test("a stored schema keeps its own column names", () => {
  const drafts = draftsOf(STARTER_SCHEMAS[0]?.questions ?? [], () => "x");
  expect(drafts.map((draft) => draft.hasOwnKey)).toEqual([false, true, false]);
});

test("codes offered are distinct", () => {
  const names = FINDING_CODES.map((code) => `${code.scheme} ${code.value}`);
  expect(new Set(names).size).toBe(names.length);
});
