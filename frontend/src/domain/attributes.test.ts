import { expect, test } from "vitest";
import { withAttributeText, withNewAttribute } from "./attributes";
import type { AnswerQuestion, LocatedFindingQuestion } from "./labelSchema";
import { type AnswerKind, newQuestion } from "./newQuestions";
import { schemaProblems } from "./schemaProblems";

const built = (...kinds: AnswerKind[]) => kinds.reduce(withNewAttribute, [] as AnswerQuestion[]);

test("the same question twice gets two column names", () => {
  expect(built("BINARY", "BINARY").map(({ key }) => key)).toEqual(["calcified", "calcified_2"]);
});

test("the column name follows the text, and the conditions of the others follow it", () => {
  const [first, second] = built("BINARY", "NUMBER") as [AnswerQuestion, AnswerQuestion];
  const conditional = { ...second, show_if: { question: "calcified", is: true } };
  const [named, follower] = withAttributeText([first, conditional], 0, "Spiculated?");
  expect(named).toMatchObject({ text: "Spiculated?", key: "spiculated" });
  expect(follower?.show_if).toEqual({ question: "spiculated", is: true });
});

test("every kind that is added is sound, and what is wrong is said at its place", () => {
  const attributes = built(
    "BINARY",
    "ORDINAL",
    "CONFIDENCE",
    "CATEGORICAL",
    "MULTI_SELECT",
    "NUMBER",
    "DATE",
    "TEXT",
  );
  const finding = { ...newQuestion("LOCATED_FINDING"), key: "marks" } as LocatedFindingQuestion;
  expect(schemaProblems([{ ...finding, attributes }])).toEqual([]);
  const faulty = withAttributeText(attributes, 1, " ");
  expect(schemaProblems([{ ...finding, attributes: faulty }]).map(({ field }) => field)).toEqual([
    "attributes[1].text",
  ]);
});
