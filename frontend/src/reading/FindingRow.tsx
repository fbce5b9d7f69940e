import { useEffect, useRef } from "react";
import type { Edit } from "@/domain/edits";
import { findingColour } from "@/domain/findingColours";
import { isLocated, type LocatedFindingQuestion, type Question } from "@/domain/labelSchema";
import { volumeText } from "@/domain/markText";
import { contourVolume_mm3 } from "@/domain/measurements";
import type { Finding } from "@/domain/payload";
import type { Gap } from "@/domain/validation";
import { askedAttributes, FindingFields } from "./FindingFields";
import classes from "./FindingsList.module.css";
import { MarkLine } from "./MarkLine";
import type { SegmentVisibility } from "./segments/useSegments";

interface FindingRowProps {
  finding: Finding;
  number: number;
  questions: Question[];
  gaps: Gap[];
  selectedMarkId: string | null;
  places: ReadonlyMap<string, string>;
  /** Whether the next mark joins this finding. */
  isExtended: boolean;
  isDisabled: boolean;
  onEdit: (edit: Edit) => void;
  onMarkChosen: (id: string) => void;
  onExtend: (finding: Finding) => void;
  segments: SegmentVisibility | null;
}

/** One finding: its marks, what it is and how sure the reader is. */
export function FindingRow(props: FindingRowProps) {
  const { finding, number, questions, gaps, isDisabled, onEdit, selectedMarkId } = props;
  const isSelected = finding.marks.some((mark) => mark.id === selectedMarkId);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: "nearest" });
  }, [isSelected]);
  const names = [classes.row, isSelected && classes.selected, gaps.length > 0 && classes.missing];
  const colour = findingColour(number - 1);
  const question = questions.filter(isLocated).find(({ key }) => key === finding.question);
  // One finding at a time is worked on; the others take a line each, unless something of theirs is missing.
  const isOpen = isSelected || gaps.length > 0;
  const firstId = finding.marks[0]?.id ?? "";
  return (
    <li
      ref={row}
      className={names.filter(Boolean).join(" ")}
      style={{ borderLeftColor: colour }}
      data-finding={finding.id}
    >
      {finding.marks.map((mark, index) => (
        <MarkLine
          key={mark.id}
          mark={mark}
          number={number}
          name={finding.marks.length === 1 ? `mark ${number}` : `mark ${number}, part ${index + 1}`}
          place={props.places.get(mark.id)}
          colour={colour}
          isSelected={mark.id === selectedMarkId}
          isDisabled={isDisabled}
          onEdit={onEdit}
          onChosen={() => props.onMarkChosen(mark.id)}
          segments={props.segments}
        />
      ))}
      <div className={classes.fields}>
        <Volume finding={finding} />
        {isSelected && !isDisabled && <ExtendButton {...props} />}
        {isOpen ? (
          <FindingFields
            finding={finding}
            number={number}
            questions={questions}
            isDisabled={isDisabled}
            onEdit={onEdit}
          />
        ) : (
          <button type="button" className={classes.closed} onClick={() => props.onMarkChosen(firstId)}>
            {findingSummary(finding, question)}
          </button>
        )}
        {gaps.length > 0 && <span className={classes.gap}>{gaps.map((gap) => gap.detail).join(" ")}</span>}
      </div>
    </li>
  );
}

function findingSummary(finding: Finding, question: LocatedFindingQuestion | undefined): string {
  if (!question) return "Measurement only";
  const isAnswered = askedAttributes(question, finding).every(
    ({ required, key }) => !required || finding.answers[key] !== undefined,
  );
  return [
    finding.code?.meaning ?? "no code",
    finding.confidence === null ? "not rated" : `${finding.confidence} %`,
    !isAnswered && "questions open",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Contours on parallel slices enclose a volume. */
function Volume({ finding }: { finding: Finding }) {
  const volume_mm3 = contourVolume_mm3(finding);
  if (volume_mm3 === null) return null;
  return <span className={classes.size}>Volume of the contours {volumeText(volume_mm3)}</span>;
}

function ExtendButton({ finding, isExtended, onExtend }: FindingRowProps) {
  return (
    <button
      type="button"
      className={classes.extend}
      aria-pressed={isExtended}
      onClick={() => onExtend(finding)}
    >
      {isExtended ? "The next mark joins this finding" : "Add a mark to this finding"} <kbd>A</kbd>
    </button>
  );
}
