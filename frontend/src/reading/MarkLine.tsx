import { ActionIcon, TextInput, VisuallyHidden } from "@mantine/core";
import type { Edit } from "@/domain/edits";
import { SEGMENT } from "@/domain/labelSchema";
import { markSummary } from "@/domain/markText";
import type { Mark } from "@/domain/payload";
import classes from "./FindingsList.module.css";
import { Icon } from "./icons";
import type { SegmentVisibility } from "./segments/useSegments";

interface MarkLineProps {
  mark: Mark;
  /** Of its finding, as on the images. */
  number: number;
  name: string;
  /** The view or series on which it lies, where that has to be said. */
  place: string | undefined;
  colour: string;
  isSelected: boolean;
  isDisabled: boolean;
  onEdit: (edit: Edit) => void;
  onChosen: () => void;
  segments: SegmentVisibility | null;
}

// As the server allows.
const LONGEST_TEXT = 200;

/** One mark of a finding: a click goes to its slice. */
export function MarkLine(props: MarkLineProps) {
  const { mark, number, name, place, colour, isSelected, isDisabled, onEdit, onChosen } = props;
  const isArrow = mark.geometry.kind === "ARROW";
  return (
    <div className={isSelected ? `${classes.mark} ${classes.chosen}` : classes.mark} data-mark={mark.id}>
      <div className={classes.head}>
        <button type="button" className={classes.jump} onClick={onChosen} aria-current={isSelected}>
          <VisuallyHidden>Go to {name}: </VisuallyHidden>
          <span className={classes.number} style={{ color: colour }}>
            {number}
          </span>
          {place && <span className={classes.place}>{place}</span>}
          <span className={classes.size}>{markSummary(mark)}</span>
        </button>
        {mark.geometry.kind === SEGMENT && props.segments && (
          <HideButton id={mark.id} name={name} segments={props.segments} />
        )}
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
      {isArrow && (
        <TextInput
          size="xs"
          mx={8}
          mb={6}
          placeholder="Text beside the arrow"
          aria-label={`Text of ${name}`}
          maxLength={LONGEST_TEXT}
          disabled={isDisabled}
          value={mark.text ?? ""}
          onChange={(event) =>
            onEdit({ type: "mark_changed", id: mark.id, change: { text: event.currentTarget.value } })
          }
          onKeyDown={(event) => {
            if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
          }}
        />
      )}
    </div>
  );
}

interface HideButtonProps {
  id: string;
  name: string;
  segments: SegmentVisibility;
}

/** A segment covers what lies beneath it: each can be hidden by itself. */
function HideButton({ id, name, segments }: HideButtonProps) {
  const isHidden = segments.hidden.has(id);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-pressed={!isHidden}
      aria-label={`${isHidden ? "Show" : "Hide"} ${name}`}
      title={isHidden ? "Show on the images" : "Hide on the images"}
      onClick={() => segments.toggleHidden(id)}
    >
      <Icon name={isHidden ? "mark_hidden" : "marks_toggle"} />
    </ActionIcon>
  );
}
