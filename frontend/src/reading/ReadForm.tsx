import type { Edit } from "@/domain/edits";
import { isLocated, type Question } from "@/domain/labelSchema";
import type { Finding, ReadPayload } from "@/domain/payload";
import type { Gap } from "@/domain/validation";
import { AnswerField } from "@/ui/form/AnswerField";
import { QuestionFrame } from "@/ui/form/QuestionFrame";
import { FindingsList } from "./FindingsList";
import type { SegmentVisibility } from "./segments/useSegments";

export interface ReadFormProps {
  questions: Question[];
  payload: ReadPayload;
  gaps: Gap[];
  isDisabled: boolean;
  selectedMarkId: string | null;
  onEdit: (edit: Edit) => void;
  onMarkChosen: (id: string) => void;
  /** The finding that the next mark joins. */
  extendedId: string | null;
  onExtend: (finding: Finding) => void;
  /** Which segments the images show; null while they stand in their own window. */
  segments: SegmentVisibility | null;
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
