// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { AnswerQuestion } from "@/domain/labelSchema";
import type { Answer } from "@/domain/payload";
import { AnswerField } from "./AnswerField";

afterEach(cleanup);
vi.setConfig({ testTimeout: 60_000 });

const COMMON = { key: "q", text: "How large is it?", required: true };
const CHOICES = ["a", "b", "c"].map((value) => ({ value, text: `Choice ${value}` }));

/** The field as a form holds it; `latest` is what was answered last. */
function held(question: AnswerQuestion, first?: Answer) {
  const answers: (Answer | null | undefined)[] = [first];
  function Holder() {
    const [answer, setAnswer] = useState(first);
    return (
      <AnswerField
        question={question}
        answer={answer}
        isDisabled={false}
        onChange={(value) => {
          answers.push(value);
          setAnswer(value ?? undefined);
        }}
      />
    );
  }
  render(<Holder />);
  return () => answers.at(-1);
}

const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

test("a number takes either decimal sign, and what is out of range is no answer and says so", () => {
  const latest = held({ ...COMMON, kind: "NUMBER", unit: "mm", minimum: 0, maximum: 20, step: 0.5 });
  type("How large is it?", "12,5");
  expect(latest()).toBe(12.5);
  type("How large is it?", "12.3");
  expect(latest()).toBeNull();
  expect(screen.getByText("Not taken: 0 to 20, in steps of 0.5")).toBeTruthy();
  expect(screen.getByDisplayValue("12.3")).toBeTruthy();
  type("How large is it?", "");
  expect(screen.queryByText(/Not taken/)).toBeNull();
});

test("a scale beyond five is answered by Shift and a digit while it has the focus", () => {
  const options = Array.from({ length: 11 }, (_, index) => ({ text: `Level ${index}`, value: `L${index}` }));
  const latest = held({ ...COMMON, kind: "ORDINAL", options });
  const radio = screen.getByRole("radio", { name: /L3: Level 3/ });
  fireEvent.keyDown(radio, { code: "Digit7", shiftKey: true });
  expect(latest()).toBe(7);
  fireEvent.keyDown(radio, { code: "Digit0", shiftKey: true });
  expect(latest()).toBe(10);
  fireEvent.keyDown(radio, { code: "Digit1", shiftKey: false });
  expect(latest()).toBe(10);
});

test("several choices come in the form's order, and none is no answer", () => {
  const latest = held({ ...COMMON, kind: "MULTI_SELECT", options: CHOICES });
  const box = (name: string) => screen.getByRole("checkbox", { name });
  fireEvent.click(box("Choice c"));
  fireEvent.click(box("Choice a"));
  expect(latest()).toEqual(["a", "c"]);
  fireEvent.keyDown(box("Choice b"), { code: "Digit2", shiftKey: true });
  expect(latest()).toEqual(["a", "b", "c"]);
  for (const name of ["Choice a", "Choice b", "Choice c"]) fireEvent.click(box(name));
  expect(latest()).toBeNull();
});

test("a text of blanks is no answer, and the limit holds in letters", () => {
  const latest = held({ ...COMMON, kind: "TEXT", maximum_length: 5 });
  type("How large is it?", "   ");
  expect(latest()).toBeNull();
  type("How large is it?", "𝔸𝔸𝔸𝔸𝔸𝔸");
  expect(latest()).toBe("𝔸𝔸𝔸𝔸𝔸");
  expect(screen.getByText("0 characters left")).toBeTruthy();
});

test("a day that is none is no answer", () => {
  const latest = held({ ...COMMON, kind: "DATE" });
  type("How large is it?", "2026-02-03");
  expect(latest()).toBe("2026-02-03");
  type("How large is it?", "");
  expect(latest()).toBeNull();
});

test("cannot assess takes a reason in the place of the answer, and can be taken back", () => {
  const question: AnswerQuestion = {
    ...COMMON,
    kind: "BINARY",
    cannot_assess: true,
    cannot_assess_reasons: ["Motion"],
  };
  const latest = held(question, true);
  fireEvent.click(screen.getByRole("button", { name: "Cannot assess: How large is it?" }));
  fireEvent.click(screen.getByRole("button", { name: "Motion" }));
  expect(latest()).toEqual({ cannot_assess: "Motion" });
  expect(screen.queryByRole("radio")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Assess after all" }));
  expect(latest()).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Cannot assess: How large is it?" }));
  type("Reason why “How large is it?” cannot be assessed", " Missing slices ");
  fireEvent.click(screen.getByRole("button", { name: "Take it" }));
  expect(latest()).toEqual({ cannot_assess: "Missing slices" });
});

test("where the form does not allow it, nobody is offered to say so", () => {
  held({ ...COMMON, kind: "BINARY" });
  expect(screen.queryByText(/Cannot assess/)).toBeNull();
});
