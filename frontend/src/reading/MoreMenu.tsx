import { Menu } from "@mantine/core";
import { type HotkeyAction, hotkeyOf } from "@/domain/hotkeys";
import { keyText } from "@/domain/keymap";
import { Icon } from "./icons";
import classes from "./ReadingRoom.module.css";
import type { ToolEntry } from "./ToolButton";

interface MoreMenuProps {
  entries: ToolEntry[];
  onAction: (action: HotkeyAction) => void;
}

/** What is used least, by name. */
export function MoreMenu({ entries, onAction }: MoreMenuProps) {
  return (
    // A menu may hold nothing but its entries (WAI-ARIA 1.2, menu), so the first of them gets the focus.
    <Menu position="bottom-end" shadow="md" width={290} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <button type="button" className={classes.windowMenu}>
          More
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {entries.map(({ action, keyName, isPressed, isDisabled }) => (
          <Menu.Item
            key={action}
            role={isPressed === undefined ? "menuitem" : "menuitemcheckbox"}
            aria-checked={isPressed}
            className={classes.moreEntry}
            disabled={isDisabled}
            leftSection={<Icon name={action} />}
            rightSection={keyName === undefined ? null : <kbd>{keyText(keyName)}</kbd>}
            onClick={() => onAction(action)}
          >
            {hotkeyOf(action).text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
