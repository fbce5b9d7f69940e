import { askedOf } from "@/domain/conditions";
import type { Edit } from "@/domain/edits";
import { isAnswered, type LocatedFindingQuestion, type Question } from "@/domain/labelSchema";
import type { Finding, ReadPayload } from "@/domain/payload";
import type { Gap } from "@/domain/validation";
import { AnswerField } from "@/ui/form/AnswerField";
import { CannotAssess } from "@/ui/form/CannotAssess";
import { QuestionFrame } from "@/ui/form/QuestionFrame";
import { SectionHead } from "@/ui/form/SectionHead";
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
  /** Where marks lie, by their ids, in a case where they lie in several places. */
  places: ReadonlyMap<string, string>;
  /** The finding that the next mark joins. */
  extendedId: string | null;
  onExtend: (finding: Finding) => void;
  /** Which segments the images show; null while they stand in their own window. */
  segments: SegmentVisibility | null;
}

/** The label schema as a form, in its own order, as far as it is asked; marks that are no findings come last. */
export function ReadForm(props: ReadFormProps) {
  const { questions, payload } = props;
  const asked = askedOf(questions, payload);
  const isMarked = new Set(payload.findings.map(({ question }) => question));
  const plain = payload.findings.filter((finding) => finding.question === null);
  return (
    <>
      {questions
        // Marks stay in sight until they are deleted, whatever the other answers have become.
        .filter(({ key }) => asked.has(key) || isMarked.has(key))
        .map((question) => (
          <FormRow key={question.key} {...props} question={question} />
        ))}
      {plain.length > 0 && <FindingsList {...props} question={null} />}
    </>
  );
}

function FormRow({ question, ...props }: ReadFormProps & { question: Question }) {
  if (question.kind === "SECTION") return <SectionHead section={question} />;
  return (
    <QuestionFrame question={question} gap={props.gaps.find((gap) => gap.field === question.key)}>
      {isAnswered(question) ? (
        <AnswerField
          question={question}
          answer={props.payload.answers[question.key]}
          isDisabled={props.isDisabled}
          onChange={(value) => props.onEdit({ type: "answer", key: question.key, value })}
        />
      ) : (
        <Findings {...props} question={question} />
      )}
    </QuestionFrame>
  );
}

function Findings(props: ReadFormProps & { question: LocatedFindingQuestion }) {
  const { question, payload } = props;
  return (
    <>
      <FindingsList {...props} />
      {question.cannot_assess && (
        <CannotAssess
          question={question}
          answer={payload.answers[question.key]}
          isDisabled={props.isDisabled}
          onChange={(value) => props.onEdit({ type: "answer", key: question.key, value })}
        />
      )}
    </>
  );
}
