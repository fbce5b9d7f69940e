import type { LocatedFindingQuestion, MarkKind } from "@/domain/labelSchema";
import { FindingRow } from "./FindingRow";
import classes from "./FindingsList.module.css";
import type { ReadFormProps } from "./ReadForm";

interface FindingsListProps extends ReadFormProps {
  /** Null for the marks that are plain measurements. */
  question: LocatedFindingQuestion | null;
}

const TOOL_HINT: Record<MarkKind, string> = { POINT: "P", LENGTH: "L", RECTANGLE: "R", ELLIPSE: "E" };

/** The marks of one question, numbered as on the images. */
export function FindingsList(props: FindingsListProps) {
  const { question, payload, gaps } = props;
  const own = payload.findings
    .map((finding, index) => ({ finding, number: index + 1 }))
    .filter(({ finding }) => finding.question === (question?.key ?? null));
  return (
    <div className={question ? undefined : classes.plain}>
      {!question && <div className={classes.plainTitle}>Measurements (kept with the read, not analysed)</div>}
      {question && own.length === 0 && (
        <div className={classes.empty}>
          None. Mark one with {question.tools.map((tool) => TOOL_HINT[tool]).join(", ")}.
        </div>
      )}
      <ol className={classes.list}>
        {own.map(({ finding, number }) => (
          <FindingRow
            key={finding.id}
            finding={finding}
            number={number}
            questions={props.questions}
            gaps={gaps.filter((gap) => gap.field === finding.id)}
            selectedMarkId={props.selectedMarkId}
            isDisabled={props.isDisabled}
            onEdit={props.onEdit}
            onMarkChosen={props.onMarkChosen}
          />
        ))}
      </ol>
    </div>
  );
}
