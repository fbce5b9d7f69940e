import type { HotkeyAction } from "@/domain/hotkeys";
import { type Keymap, keysOf, keyText } from "@/domain/keymap";
import type { MarkKind } from "@/domain/labelSchema";
import classes from "./ReadingRoom.module.css";

interface ToolbarProps {
  keymap: Keymap;
  tool: MarkKind | null;
  areMarksVisible: boolean;
  isDisabled: boolean;
  onTool: (tool: MarkKind | null) => void;
  onFit: () => void;
  onResetWindow: () => void;
  onInvert: () => void;
  onToggleMarks: () => void;
  onHelp: () => void;
}

const TOOLS: { tool: MarkKind | null; text: string; action: HotkeyAction }[] = [
  { tool: null, text: "Select", action: "tool_select" },
  { tool: "POINT", text: "Point", action: "tool_point" },
  { tool: "LENGTH", text: "Length", action: "tool_length" },
  { tool: "RECTANGLE", text: "Rectangle", action: "tool_rectangle" },
  { tool: "ELLIPSE", text: "Ellipse", action: "tool_ellipse" },
];

export function Toolbar(props: ToolbarProps) {
  const key = (action: HotkeyAction) => {
    const last = keysOf(props.keymap, action).at(-1);
    return last === undefined ? "" : keyText(last);
  };
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Tools">
      {TOOLS.map(({ tool, text, action }) => (
        <ToolButton
          key={text}
          text={text}
          hotkey={key(action)}
          isPressed={props.tool === tool}
          isDisabled={props.isDisabled && tool !== null}
          onClick={() => props.onTool(tool)}
        />
      ))}
      <span className={classes.toolGap} />
      <ToolButton text="Fit" hotkey={key("view_fit")} onClick={props.onFit} />
      <ToolButton text="Window" hotkey={key("window_reset")} onClick={props.onResetWindow} />
      <ToolButton text="Invert" hotkey={key("window_invert")} onClick={props.onInvert} />
      <ToolButton
        text="Marks"
        hotkey={key("marks_toggle")}
        isPressed={props.areMarksVisible}
        onClick={props.onToggleMarks}
      />
      <span className={classes.toolSpace} />
      <ToolButton text="Keys" hotkey={key("help")} onClick={props.onHelp} />
    </div>
  );
}

interface ToolButtonProps {
  text: string;
  hotkey: string;
  isPressed?: boolean;
  isDisabled?: boolean;
  onClick: () => void;
}

function ToolButton({ text, hotkey, isPressed, isDisabled, onClick }: ToolButtonProps) {
  return (
    <button
      type="button"
      className={classes.tool}
      aria-pressed={isPressed}
      disabled={isDisabled}
      onClick={onClick}
    >
      {text} {hotkey !== "" && <kbd>{hotkey}</kbd>}
    </button>
  );
}
