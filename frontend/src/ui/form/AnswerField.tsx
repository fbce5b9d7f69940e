import type { AnswerQuestion } from "@/domain/labelSchema";
import type { Answer } from "@/domain/payload";
import { type Choice, ChoiceField } from "./ChoiceField";
import { ConfidenceField } from "./ConfidenceField";

interface AnswerFieldProps {
  question: AnswerQuestion;
  answer: Answer | undefined;
  isDisabled: boolean;
  /** Whether the number keys and Y, N answer this question; false for what is asked about each finding. */
  hasKeys?: boolean;
  onChange: (value: Answer | null) => void;
}

const YES_NO: Choice[] = [
  { value: true, text: "Yes", hotkey: "Y" },
  { value: false, text: "No", hotkey: "N" },
];

/** The field for one answer, after the question's kind. */
export function AnswerField({ question, answer, isDisabled, hasKeys = true, onChange }: AnswerFieldProps) {
  if (question.kind === "CONFIDENCE") {
    const value = typeof answer === "number" ? answer : null;
    return (
      <ConfidenceField label={question.text} value={value} isDisabled={isDisabled} onChange={onChange} />
    );
  }
  const isScale = question.kind === "ORDINAL";
  const choices = isScale
    ? question.options.map((text, index) => ({ value: index + 1, text, hotkey: `⇧${index + 1}` }))
    : YES_NO;
  return (
    <ChoiceField
      label={question.text}
      choices={hasKeys ? choices : choices.map(({ value, text }) => ({ value, text }))}
      value={answer}
      isStacked={isScale}
      isDisabled={isDisabled}
      onChange={onChange}
    />
  );
}
