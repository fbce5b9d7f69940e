import { hotkeyOf } from "@/domain/hotkeys";
import { keyText } from "@/domain/keymap";
import { type FindingTool, type LocatedFindingQuestion, SEGMENT } from "@/domain/labelSchema";
import { markKindRow } from "@/domain/markKinds";
import { toolWord } from "@/domain/markText";
import { FindingRow } from "./FindingRow";
import classes from "./FindingsList.module.css";
import type { ReadFormProps } from "./ReadForm";

interface FindingsListProps extends ReadFormProps {
  /** Null for the marks that are plain measurements. */
  question: LocatedFindingQuestion | null;
}

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
        <div className={classes.empty}>None. Mark one with {question.tools.map(toolWithKey).join(", ")}.</div>
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
            places={props.places}
            isExtended={finding.id === props.extendedId}
            onExtend={props.onExtend}
            segments={props.segments}
          />
        ))}
      </ol>
    </div>
  );
}

function toolWithKey(tool: FindingTool): string {
  const [key] = hotkeyOf(tool === SEGMENT ? "segment_brush" : markKindRow(tool).action).keys;
  return key === undefined ? toolWord(tool) : `${toolWord(tool)} (${keyText(key)})`;
}
