import { isCannotAssess } from "@/domain/answers";
import { type AnswerQuestion, levelsOf, levelText, type OrdinalQuestion } from "@/domain/labelSchema";
import type { Answer } from "@/domain/payload";
import { CannotAssess } from "./CannotAssess";
import { type Choice, ChoiceField } from "./ChoiceField";
import { ConfidenceField } from "./ConfidenceField";
import { DateField } from "./DateField";
import { MultiField } from "./MultiField";
import { NumberField } from "./NumberField";
import { TextField } from "./TextField";

export interface AnswerFieldProps {
  question: AnswerQuestion;
  answer: Answer | undefined;
  isDisabled: boolean;
  /** Whether the number keys and Y, N answer this question; false for what is asked about each finding. */
  hasKeys?: boolean;
  onChange: (value: Answer | null) => void;
}

/** One answer: the field of the question's kind, or the reason why there is none. */
export function AnswerField(props: AnswerFieldProps) {
  const { question, answer, isDisabled, onChange } = props;
  if (!question.cannot_assess) return <KindField {...props} />;
  return (
    <>
      {!isCannotAssess(answer) && <KindField {...props} />}
      <CannotAssess question={question} answer={answer} isDisabled={isDisabled} onChange={onChange} />
    </>
  );
}

const YES_NO: Choice[] = [
  { value: true, text: "Yes", hotkey: "Y" },
  { value: false, text: "No", hotkey: "N" },
];

function KindField(props: AnswerFieldProps) {
  const { question, answer, isDisabled, onChange } = props;
  const field = { label: question.text, isDisabled, onChange };
  switch (question.kind) {
    case "CONFIDENCE":
      return <ConfidenceField {...field} value={typeof answer === "number" ? answer : null} />;
    case "NUMBER":
      return (
        <NumberField {...field} question={question} value={typeof answer === "number" ? answer : null} />
      );
    case "DATE":
      return <DateField {...field} value={typeof answer === "string" ? answer : ""} />;
    case "TEXT":
      return <TextField {...field} question={question} value={typeof answer === "string" ? answer : ""} />;
    case "MULTI_SELECT":
      return <MultiField {...field} options={question.options} value={answer} />;
    default:
      return <OneOf {...props} choices={choicesOf(question)} />;
  }
}

type OneOfQuestion = Extract<AnswerQuestion, { kind: "BINARY" | "ORDINAL" | "CATEGORICAL" }>;

function choicesOf(question: OneOfQuestion): Choice[] {
  if (question.kind === "BINARY") return YES_NO;
  const choices =
    question.kind === "ORDINAL"
      ? levelChoices(question)
      : question.options.map(({ value, text }) => ({ value, text }));
  return choices.map((choice, index) => ({ ...choice, hotkey: numberKey(index) }));
}

function levelChoices(question: OrdinalQuestion): Choice[] {
  return levelsOf(question).map((level, index) => ({ value: index + 1, text: levelText(level) }));
}

/** Shift and a digit: 1 to 9, then 0 for the tenth. */
export function numberKey(index: number): string | undefined {
  return index < 10 ? `⇧${(index + 1) % 10}` : undefined;
}

function OneOf(props: AnswerFieldProps & { choices: Choice[] }) {
  const { question, choices, answer, hasKeys = true } = props;
  return (
    <ChoiceField
      label={question.text}
      choices={hasKeys ? choices : choices.map(({ value, text }) => ({ value, text }))}
      value={answer}
      isStacked={question.kind !== "BINARY"}
      isDisabled={props.isDisabled}
      onChange={props.onChange}
    />
  );
}
