import type { MarkKind } from "@/domain/labelSchema";
import classes from "./ReadingRoom.module.css";

interface ToolbarProps {
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

const TOOLS: { tool: MarkKind | null; text: string; hotkey: string }[] = [
  { tool: null, text: "Select", hotkey: "V" },
  { tool: "POINT", text: "Point", hotkey: "P" },
  { tool: "LENGTH", text: "Length", hotkey: "L" },
  { tool: "RECTANGLE", text: "Rectangle", hotkey: "R" },
  { tool: "ELLIPSE", text: "Ellipse", hotkey: "E" },
];

export function Toolbar(props: ToolbarProps) {
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Tools">
      {TOOLS.map(({ tool, text, hotkey }) => (
        <ToolButton
          key={text}
          text={text}
          hotkey={hotkey}
          isPressed={props.tool === tool}
          isDisabled={props.isDisabled && tool !== null}
          onClick={() => props.onTool(tool)}
        />
      ))}
      <span className={classes.toolGap} />
      <ToolButton text="Fit" hotkey="F" onClick={props.onFit} />
      <ToolButton text="Window" hotkey="W" onClick={props.onResetWindow} />
      <ToolButton text="Invert" hotkey="I" onClick={props.onInvert} />
      <ToolButton text="Marks" hotkey="H" isPressed={props.areMarksVisible} onClick={props.onToggleMarks} />
      <span className={classes.toolSpace} />
      <ToolButton text="Keys" hotkey="?" onClick={props.onHelp} />
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
      {text} <kbd>{hotkey}</kbd>
    </button>
  );
}
