// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAdmissible, isDate } from "./answers";
import { askedKeys } from "./conditions";
import { isAnswered, type Question, ratingScale } from "./labelSchema";
import type { Answer } from "./payload";
import { placeOfField, schemaProblems } from "./schemaProblems";

// The same files as tests/annotations/domain/ reads.
const EXAMPLES = join(import.meta.dirname, "../../../tests/shared_examples");
const load = (name: string) => JSON.parse(readFileSync(join(EXAMPLES, name), "utf8"));

interface Asked {
  questions: Question[];
  answers: Record<string, Answer>;
  counts: Record<string, number>;
  asked: string[];
}

test("every form asks what it asks on the server", () => {
  const examples: Asked[] = load("label_schema/conditions.json");
  expect(examples.length).toBeGreaterThan(100);
  for (const { questions, answers, counts, asked } of examples) {
    expect([...askedKeys(questions, answers, counts)].sort()).toEqual(asked);
    expect(schemaProblems(questions)).toEqual([]);
  }
});

test.each<{ name: string; questions: Question[] }>(load("label_schema/valid.json"))(
  "valid: $name",
  ({ questions }) => expect(schemaProblems(questions)).toEqual([]),
);

/** What the builder has no way to make; the server refuses it. */
const CANNOT_BE_BUILT = new Set([
  "another kind",
  "a heading is not required",
  "an option without a value",
  "a code without its meaning",
  "a number as a text",
  "perhaps",
  "a rating by choice",
  "two ratings",
  "three deep",
  "two comparisons at once",
  "a comparison that is not known",
]);

interface Invalid {
  why: string;
  faults: [string, string][];
  questions: Question[];
}

const buildable = (load("label_schema/invalid.json") as Invalid[]).filter(
  ({ why }) => !CANNOT_BE_BUILT.has(why),
);

test.each(buildable)("invalid: $why", ({ questions, faults }) => {
  const found = new Set(schemaProblems(questions).map(({ index }) => index));
  for (const [field] of faults) expect(found).toContain(placeOfField(field).index);
});

test("answers of the payload's examples are admissible as the server has it", () => {
  const questions: Question[] = load("payload/questions.json");
  const { answers } = load("payload/valid/answers_of_every_kind.json");
  for (const question of questions.filter(isAnswered)) {
    expect(isAdmissible(question, answers[question.key]), question.key).toBe(true);
  }
});

const REFUSED = [
  "date_that_is_none",
  "date_without_day",
  "number_above",
  "number_off_the_step",
  "number_huge",
  "number_as_text",
  "category_by_its_text",
  "choice_out_of_order",
  "choice_twice",
  "choice_of_nothing",
  "level_that_is_not_there",
  "level_as_its_value",
  "comment_too_long",
  "comment_of_blanks",
  "cannot_assess_not_offered",
  "cannot_assess_without_reason",
  "cannot_assess_blank_reason",
];

test.each(REFUSED)("not admissible: %s", (name) => {
  const questions: Question[] = load("payload/questions.json");
  const [[key, answer]] = Object.entries<Answer>(load(`payload/invalid/${name}.json`).payload.answers) as [
    [string, Answer],
  ];
  const question = questions.filter(isAnswered).find((one) => one.key === key);
  expect(question && isAdmissible(question, answer)).toBe(false);
});

test("a day is one of the calendar", () => {
  const days = ["2024-02-29", "2023-02-29", "2024-13-01", "2024-00-01", "0000-01-01", "2024-1-1", ""];
  expect(days.filter(isDate)).toEqual(["2024-02-29"]);
});

test("a rating has a scale, and only a rating", () => {
  const question = { key: "a", text: "A?", required: true } as const;
  expect(ratingScale([{ ...question, kind: "CONFIDENCE", role: "RATING" }])).toEqual({ low: 0, high: 100 });
  const ordinal = { ...question, kind: "ORDINAL", options: ["no", "maybe", "yes"] } as const;
  expect(ratingScale([{ ...ordinal, options: [...ordinal.options], role: "RATING" }])).toEqual({
    low: 1,
    high: 3,
  });
  const number = { ...question, kind: "NUMBER", minimum: 0, maximum: 201, role: "RATING" } as const;
  expect(ratingScale([number])).toEqual({ low: 0, high: 201 });
  expect(
    ratingScale([
      { ...ordinal, options: [...ordinal.options] },
      { ...question, kind: "BINARY" },
    ]),
  ).toBeNull();
});
