import { Tooltip } from "@mantine/core";
import { type HotkeyAction, hotkeyOf } from "@/domain/hotkeys";
import { keyText } from "@/domain/keymap";
import { Icon, type IconName } from "./icons";
import classes from "./ReadingRoom.module.css";

interface ToolButtonProps {
  action: HotkeyAction & IconName;
  keyName: string | undefined;
  isPressed: boolean | undefined;
  isDisabled: boolean;
  onClick: () => void;
}

/** An action as a sign; its name and key come from the table of keys. */
export function ToolButton({ action, keyName, isPressed, isDisabled, onClick }: ToolButtonProps) {
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
        // The keys stay with the images: a focused button would take the space bar for itself.
        onMouseDown={(event) => event.preventDefault()}
        onClick={onClick}
      >
        <Icon name={action} />
      </button>
    </Tooltip>
  );
}
