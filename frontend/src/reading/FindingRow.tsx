import { ActionIcon, NativeSelect } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Edit, FindingChange } from "@/domain/edits";
import {
  type Code,
  isLocated,
  type LocatedFindingQuestion,
  type Question,
  sameCode,
} from "@/domain/labelSchema";
import type { Finding } from "@/domain/payload";
import type { Gap } from "@/domain/validation";
import { ConfidenceField } from "@/ui/form/ConfidenceField";
import classes from "./FindingsList.module.css";
import { markSize } from "./findingText";

interface FindingRowProps {
  finding: Finding;
  number: number;
  questions: Question[];
  gaps: Gap[];
  selectedMarkId: string | null;
  isDisabled: boolean;
  onEdit: (edit: Edit) => void;
  onMarkChosen: (id: string) => void;
}

/** One finding: its marks, what it is and how sure the reader is. */
export function FindingRow(props: FindingRowProps) {
  const { finding, number, questions, gaps, isDisabled, onEdit } = props;
  const isSelected = finding.marks.some((mark) => mark.id === props.selectedMarkId);
  const question = questions.filter(isLocated).find(({ key }) => key === finding.question);
  const change = (part: FindingChange) => onEdit({ type: "finding_changed", id: finding.id, change: part });
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: "nearest" });
  }, [isSelected]);
  const names = [classes.row, isSelected && classes.selected, gaps.length > 0 && classes.missing];
  return (
    <li ref={row} className={names.filter(Boolean).join(" ")} data-finding={finding.id}>
      <MarkLines {...props} />
      <div className={classes.fields}>
        <RoleSelect finding={finding} questions={questions} isDisabled={isDisabled} onChange={change} />
        {question && (
          <>
            <CodeSelect finding={finding} question={question} isDisabled={isDisabled} onChange={change} />
            <ConfidenceField
              label={`Confidence of mark ${number}`}
              value={finding.confidence}
              isDisabled={isDisabled}
              onChange={(confidence) => change({ confidence })}
            />
          </>
        )}
        {gaps.length > 0 && <span className={classes.gap}>{gaps.map((gap) => gap.detail).join(" ")}</span>}
      </div>
    </li>
  );
}

/** The marks of a finding: a click goes to the slice. */
function MarkLines({ finding, number, selectedMarkId, isDisabled, onEdit, onMarkChosen }: FindingRowProps) {
  return finding.marks.map((mark, index) => {
    const name = finding.marks.length === 1 ? `mark ${number}` : `mark ${number}, part ${index + 1}`;
    return (
      <div key={mark.id} className={classes.head} data-mark={mark.id}>
        <button
          type="button"
          className={classes.jump}
          onClick={() => onMarkChosen(mark.id)}
          aria-label={`Go to ${name}`}
          aria-current={mark.id === selectedMarkId}
        >
          <span className={classes.number}>{number}</span>
          <span className={classes.size}>{markSize(mark)}</span>
        </button>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          disabled={isDisabled}
          aria-label={`Delete ${name}`}
          onClick={() => onEdit({ type: "mark_removed", id: mark.id })}
        >
          ×
        </ActionIcon>
      </div>
    );
  });
}

interface PartProps {
  finding: Finding;
  isDisabled: boolean;
  onChange: (part: FindingChange) => void;
}

const MEASUREMENT = "";

/** Which question a mark answers, where there is more than one way to read it. */
function RoleSelect({ finding, questions, isDisabled, onChange }: PartProps & { questions: Question[] }) {
  const fitting = questions
    .filter(isLocated)
    .filter(({ tools }) => finding.marks.every(({ geometry }) => tools.includes(geometry.kind)));
  if (fitting.length === 0) return null;
  const choose = (key: string) => {
    const question = fitting.find((candidate) => candidate.key === key);
    // A code and a confidence belong to the question they were given for.
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
