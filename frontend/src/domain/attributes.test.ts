import { expect, test } from "vitest";
import { type AttributeKind, attributeProblem, withAttributeText, withNewAttribute } from "./attributes";
import type { AnswerQuestion } from "./labelSchema";

const built = (...kinds: AttributeKind[]) => kinds.reduce(withNewAttribute, [] as AnswerQuestion[]);

test("the same question twice gets two column names", () => {
  expect(built("BINARY", "BINARY").map(({ key }) => key)).toEqual(["calcified", "calcified_2"]);
});

test("the column name follows the text", () => {
  const [attribute] = withAttributeText(built("BINARY"), 0, "Spiculated?");
  expect(attribute).toMatchObject({ text: "Spiculated?", key: "spiculated" });
});

test("what is wrong is said with its number", () => {
  expect(attributeProblem(built("BINARY", "ORDINAL", "CONFIDENCE"))).toBeNull();
  expect(attributeProblem(withAttributeText(built("BINARY", "BINARY"), 1, " "))).toContain("question 2");
  const twice = built("ORDINAL").map((one) => ({
    ...one,
    options: ["a", "a", "b", "c", "d"],
  })) as AnswerQuestion[];
  expect(attributeProblem(twice)).toContain("different steps");
});
