import { Menu } from "@mantine/core";
import type { HotkeyAction } from "@/domain/hotkeys";
import { type Keymap, keysOf, keyText } from "@/domain/keymap";
import { type Preset, presetText } from "@/domain/windowPresets";
import { Icon } from "./icons";
import classes from "./ReadingRoom.module.css";

interface WindowMenuProps {
  presets: Preset[];
  keymap: Keymap;
  onAction: (action: HotkeyAction) => void;
  onPreset: (preset: Preset) => void;
}

/** The windows of the active pane's modality by name. */
export function WindowMenu({ presets, keymap, onAction, onPreset }: WindowMenuProps) {
  const keyOf = (action: HotkeyAction) => {
    const key = keysOf(keymap, action)[0];
    return key === undefined ? null : <kbd>{keyText(key)}</kbd>;
  };
  return (
    // A menu may hold nothing but its entries (WAI-ARIA 1.2, menu), so the first of them gets the focus.
    <Menu position="bottom-start" shadow="md" width={240} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <button type="button" className={classes.windowMenu} aria-label="Window presets">
          <Icon name="window_reset" /> Window
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAction("window_reset")} rightSection={keyOf("window_reset")}>
          As it was at first
        </Menu.Item>
        {presets.map((preset, index) => (
          <Menu.Item
            key={JSON.stringify(preset)}
            onClick={() => onPreset(preset)}
            rightSection={index < 9 ? keyOf(`preset_${index + 1}` as HotkeyAction) : null}
          >
            {preset.name} <span className={classes.presetNumbers}>{presetText(preset)}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
