import type { Edit } from "@/domain/edits";
import { type AnswerQuestion, isLocated, type Question } from "@/domain/labelSchema";
import type { Answer, ReadPayload } from "@/domain/payload";
import type { Gap } from "@/domain/validation";
import { type Choice, ChoiceField } from "./ChoiceField";
import { ConfidenceField } from "./ConfidenceField";
import { FindingsList } from "./FindingsList";
import { QuestionFrame } from "./QuestionFrame";

export interface ReadFormProps {
  questions: Question[];
  payload: ReadPayload;
  gaps: Gap[];
  isDisabled: boolean;
  selectedMarkId: string | null;
  onEdit: (edit: Edit) => void;
  onMarkChosen: (id: string) => void;
}

/** The label schema as a form, in its own order; marks that are no findings come last. */
export function ReadForm(props: ReadFormProps) {
  const { questions, payload, gaps } = props;
  const gapOf = (key: string) => gaps.find((gap) => gap.field === key);
  const plain = payload.findings.filter((finding) => finding.question === null);
  return (
    <>
      {questions.map((question) => (
        <QuestionFrame key={question.key} question={question} gap={gapOf(question.key)}>
          {isLocated(question) ? (
            <FindingsList {...props} question={question} />
          ) : (
            <AnswerField
              question={question}
              answer={payload.answers[question.key]}
              isDisabled={props.isDisabled}
              onChange={(value) => props.onEdit({ type: "answer", key: question.key, value })}
            />
          )}
        </QuestionFrame>
      ))}
      {plain.length > 0 && <FindingsList {...props} question={null} />}
    </>
  );
}

interface AnswerFieldProps {
  question: AnswerQuestion;
  answer: Answer | undefined;
  isDisabled: boolean;
  onChange: (value: Answer | null) => void;
}

const YES_NO: Choice[] = [
  { value: true, text: "Yes", hotkey: "Y" },
  { value: false, text: "No", hotkey: "N" },
];

function AnswerField({ question, answer, isDisabled, onChange }: AnswerFieldProps) {
  if (question.kind === "CONFIDENCE") {
    const value = typeof answer === "number" ? answer : null;
    return (
      <ConfidenceField label={question.text} value={value} isDisabled={isDisabled} onChange={onChange} />
    );
  }
  const isScale = question.kind === "ORDINAL";
  const choices = isScale
    ? question.options.map((text, index) => ({ value: index + 1, text, hotkey: String(index + 1) }))
    : YES_NO;
  return (
    <ChoiceField
      label={question.text}
      choices={choices}
      value={answer}
      isStacked={isScale}
      isDisabled={isDisabled}
      onChange={onChange}
    />
  );
}
