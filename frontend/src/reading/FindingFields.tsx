import { NativeSelect } from "@mantine/core";
import { CONFIDENCE_MAXIMUM } from "@/domain/answers";
import { askedKeys } from "@/domain/conditions";
import type { Edit, FindingChange } from "@/domain/edits";
import {
  type AnswerQuestion,
  type Code,
  isLocated,
  type LocatedFindingQuestion,
  type Question,
  sameCode,
} from "@/domain/labelSchema";
import type { Finding } from "@/domain/payload";
import { AnswerField } from "@/ui/form/AnswerField";
import { ConfidenceField } from "@/ui/form/ConfidenceField";
import { ExampleImage } from "@/ui/form/ExampleImage";
import classes from "./FindingsList.module.css";

interface FindingFieldsProps {
  finding: Finding;
  number: number;
  questions: Question[];
  isDisabled: boolean;
  onEdit: (edit: Edit) => void;
}

/** What a finding is, how sure the reader is of it, and what the form asks about each. */
export function FindingFields({ finding, number, questions, isDisabled, onEdit }: FindingFieldsProps) {
  const question = questions.filter(isLocated).find(({ key }) => key === finding.question);
  const change = (part: FindingChange) => onEdit({ type: "finding_changed", id: finding.id, change: part });
  return (
    <>
      <RoleSelect finding={finding} questions={questions} isDisabled={isDisabled} onChange={change} />
      {question && (
        <>
          <CodeSelect finding={finding} question={question} isDisabled={isDisabled} onChange={change} />
          <div className={classes.attribute}>
            <span className={classes.attributeText}>Confidence, 0 to {CONFIDENCE_MAXIMUM}</span>
            <ConfidenceField
              label={`Confidence of mark ${number}`}
              value={finding.confidence}
              isDisabled={isDisabled}
              onChange={(confidence) => change({ confidence })}
            />
          </div>
          {askedAttributes(question, finding).map((attribute) => (
            <AttributeField
              key={attribute.key}
              attribute={attribute}
              finding={finding}
              number={number}
              isDisabled={isDisabled}
              onEdit={onEdit}
            />
          ))}
        </>
      )}
    </>
  );
}

/** What the form asks about this finding, after its other answers. */
export function askedAttributes(question: LocatedFindingQuestion, finding: Finding): AnswerQuestion[] {
  const attributes = question.attributes ?? [];
  const asked = askedKeys(attributes, finding.answers);
  return attributes.filter(({ key }) => asked.has(key));
}

interface AttributeFieldProps extends Omit<FindingFieldsProps, "questions"> {
  attribute: AnswerQuestion;
}

function AttributeField({ attribute, finding, number, isDisabled, onEdit }: AttributeFieldProps) {
  const { id, answers } = finding;
  const { key, text, help, required, image } = attribute;
  return (
    <div className={classes.attribute} title={help || undefined}>
      <span className={classes.attributeText}>
        {text}
        {required && <span aria-hidden="true"> *</span>}
      </span>
      {image && <ExampleImage sha256={image} text={text} />}
      <AnswerField
        question={{ ...attribute, text: `${text} (mark ${number})` }}
        answer={answers[key]}
        isDisabled={isDisabled}
        hasKeys={false}
        onChange={(value) => onEdit({ type: "finding_answered", id, key, value })}
      />
    </div>
  );
}

interface PartProps {
  finding: Finding;
  isDisabled: boolean;
  onChange: (part: FindingChange) => void;
}

const MEASUREMENT = "";

/** Which question a finding answers, where there is more than one way to read it. */
function RoleSelect({ finding, questions, isDisabled, onChange }: PartProps & { questions: Question[] }) {
  const fitting = questions
    .filter(isLocated)
    .filter(({ tools }) => finding.marks.every(({ geometry }) => tools.includes(geometry.kind)));
  if (fitting.length === 0) return null;
  const choose = (key: string) => {
    const question = fitting.find((candidate) => candidate.key === key);
    // A code, a confidence and answers belong to the question they were given for.
    onChange({
      question: question?.key ?? null,
      code: question ? onlyCode(question) : null,
      confidence: null,
      answers: {},
    });
  };
  return (
    <NativeSelect
      size="xs"
      aria-label="What this mark is for"
      disabled={isDisabled}
      value={finding.question ?? MEASUREMENT}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        ...fitting.map(({ key, text }) => ({ value: key, label: text })),
        { value: MEASUREMENT, label: "Measurement only" },
      ]}
    />
  );
}

/** With a single code there is nothing to choose. */
export function onlyCode(question: LocatedFindingQuestion): Code | null {
  return question.codes.length === 1 ? (question.codes[0] ?? null) : null;
}

function CodeSelect({
  finding,
  question,
  isDisabled,
  onChange,
}: PartProps & { question: LocatedFindingQuestion }) {
  if (question.codes.length === 1) return null;
  const chosen = question.codes.findIndex((code) => finding.code && sameCode(code, finding.code));
  return (
    <NativeSelect
      size="xs"
      aria-label="Code"
      disabled={isDisabled}
      value={chosen === -1 ? "" : String(chosen)}
      onChange={(event) => onChange({ code: question.codes[Number(event.currentTarget.value)] ?? null })}
      data={[
        { value: "", label: "Choose a code…", disabled: true },
        ...question.codes.map((code, index) => ({ value: String(index), label: code.meaning })),
      ]}
    />
  );
}
