import { Tooltip } from "@mantine/core";
import { type HotkeyAction, hotkeyOf } from "@/domain/hotkeys";
import { keyText } from "@/domain/keymap";
import { Icon, type IconName } from "./icons";
import classes from "./ReadingRoom.module.css";

export type ToolbarAction = HotkeyAction & IconName;

/** What the toolbar knows of one of its actions. */
export interface ToolEntry {
  action: ToolbarAction;
  keyName: string | undefined;
  /** Undefined for what happens once. */
  isPressed: boolean | undefined;
  isDisabled: boolean;
}

interface ToolButtonProps extends ToolEntry {
  isRare: boolean;
  onClick: () => void;
}

/** An action as a sign; its name and key come from the table of keys. */
export function ToolButton({ action, keyName, isPressed, isDisabled, isRare, onClick }: ToolButtonProps) {
  const { text } = hotkeyOf(action);
  return (
    <Tooltip
      label={
        <>
          {text} {keyName !== undefined && <kbd>{keyText(keyName)}</kbd>}
        </>
      }
      openDelay={350}
      position="bottom"
      color="dark"
    >
      <button
        type="button"
        className={classes.tool}
        aria-label={text}
        aria-pressed={isPressed}
        disabled={isDisabled}
        data-rare={isRare}
        // The keys stay with the images: a focused button would take the space bar for itself.
        onMouseDown={(event) => event.preventDefault()}
        onClick={onClick}
      >
        <Icon name={action} />
      </button>
    </Tooltip>
  );
}
