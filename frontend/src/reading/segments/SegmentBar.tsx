import { useEffect } from "react";
import { type HotkeyAction, hotkeyOf } from "@/domain/hotkeys";
import { keyText } from "@/domain/keymap";
import type { SegmentTool } from "@/domain/segmentTools";
import { WheelNotches } from "@/domain/wheel";
import { NumberField } from "./NumberField";
import { RangeFields } from "./RangeFields";
import classes from "./SegmentBar.module.css";
import type { Segments } from "./useSegments";

interface ToolRow {
  tool: SegmentTool;
  text: string;
  action?: HotkeyAction;
}

const PAINTING: ToolRow[] = [
  { tool: "BRUSH", text: "Brush", action: "segment_brush" },
  { tool: "ERASER", text: "Eraser", action: "segment_eraser" },
  { tool: "THRESHOLD", text: "Threshold brush", action: "segment_threshold" },
  { tool: "GROW", text: "Grow region", action: "segment_grow" },
];
const CUTTING: ToolRow[] = [
  { tool: "RECTANGLE", text: "Rectangle" },
  { tool: "CIRCLE", text: "Circle" },
  { tool: "FREEHAND", text: "Freehand" },
];
const SCISSORS: ReadonlySet<SegmentTool | null> = new Set(["RECTANGLE", "CIRCLE", "FREEHAND"]);
const BRUSHES: ReadonlySet<SegmentTool | null> = new Set(["BRUSH", "ERASER", "THRESHOLD"]);

interface SegmentProps {
  segments: Segments;
  isDisabled: boolean;
}

interface SegmentBarProps extends SegmentProps {
  /** Of lengths on the images: without spacing these are pixels. */
  unit: "mm" | "px";
}

/** The tools for voxels, open only where the form has a use for them; as high with one tool as with another. */
export function SegmentBar({ segments, unit, isDisabled }: SegmentBarProps) {
  useWheelRadius(segments);
  return (
    <div className={classes.bar} role="toolbar" aria-label="Segment tools">
      <div className={classes.row}>
        <ToolButtons tools={PAINTING} segments={segments} isDisabled={isDisabled} />
        <ToolButtons title="Scissors:" tools={CUTTING} segments={segments} isDisabled={isDisabled} />
        <Settings segments={segments} unit={unit} />
      </div>
      <div className={classes.row}>
        <ActiveSegment segments={segments} isDisabled={isDisabled} />
      </div>
      {segments.notice && (
        <span className={classes.notice} role="status">
          {segments.notice}
        </span>
      )}
    </div>
  );
}

interface ToolButtonsProps extends SegmentProps {
  /** What the tools have in common, in front of them; a caption and no button. */
  title?: string;
  tools: ToolRow[];
}

function ToolButtons({ title, tools, segments, isDisabled }: ToolButtonsProps) {
  const { tool, setTool } = segments;
  return (
    <div className={title ? `${classes.group} ${classes.titled}` : classes.group}>
      {title && <span className={classes.title}>{title}</span>}
      {tools.map(({ tool: own, text, action }) => (
        <BarButton
          key={own}
          text={text}
          hint={action && keyHint(action)}
          isPressed={tool === own}
          isDisabled={isDisabled}
          onClick={() => setTool(tool === own ? null : own)}
        />
      ))}
    </div>
  );
}

/** How the chosen tool is set. */
function Settings({ segments, unit }: Pick<SegmentBarProps, "segments" | "unit">) {
  const { tool, settings, change } = segments;
  return (
    <>
      {BRUSHES.has(tool) && (
        <NumberField
          label="Radius"
          value={settings.radius_mm}
          step={0.5}
          lowest={0.1}
          highest={100}
          unit={unit}
          hint="Alt and the wheel, or < and >"
          onChange={(radius_mm) => change({ radius_mm })}
        />
      )}
      {SCISSORS.has(tool) && (
        <div className={classes.group}>
          <BarButton
            text="Fill"
            isPressed={!settings.isCutting}
            onClick={() => change({ isCutting: false })}
          />
          <BarButton
            text="Erase"
            isPressed={settings.isCutting}
            onClick={() => change({ isCutting: true })}
          />
        </div>
      )}
      {(tool === "THRESHOLD" || tool === "GROW") && (
        <RangeFields settings={settings} mayTolerate={tool === "GROW"} onChange={change} />
      )}
    </>
  );
}

/** Which segment the tools change, and what can be done with it as a whole. */
function ActiveSegment({ segments, isDisabled }: SegmentProps) {
  const { inputs, active, beginNew, interpolate, removeIslands, stepOpacity, statistics } = segments;
  return (
    <div className={classes.active}>
      {(active || !isDisabled) && (
        <>
          <span className={classes.swatch} style={{ background: active?.colour ?? "#495057" }} />
          <span>{active ? `Mark ${active.number}` : "New segment"}</span>
        </>
      )}
      {statistics && (
        <span className={classes.statistics} title={statistics}>
          {statistics}
        </span>
      )}
      {active && !isDisabled && (
        <>
          <BarButton text="New" hint={keyHint("segment_new")} onClick={beginNew} />
          <BarButton text="Interpolate" onClick={interpolate} />
          <BarButton text="Largest island" onClick={() => removeIslands("largest")} />
          <BarButton
            text="Remove specks"
            hint="below 10 voxels"
            onClick={() => removeIslands({ smallest: 10 })}
          />
        </>
      )}
      <BarButton
        text="Opacity"
        hint={keyHint("segment_opacity")}
        // Others' segments, and one's own once they are signed, are still looked at through one another.
        isDisabled={isDisabled && inputs.shown.length === 0}
        onClick={stepOpacity}
      />
    </div>
  );
}

function keyHint(action: HotkeyAction): string {
  return hotkeyOf(action).keys.map(keyText).join(", ");
}

interface BarButtonProps {
  text: string;
  hint?: string | undefined;
  isPressed?: boolean;
  isDisabled?: boolean;
  onClick: () => void;
}

export function BarButton({ text, hint, isPressed, isDisabled, onClick }: BarButtonProps) {
  return (
    <button
      type="button"
      className={classes.button}
      title={hint}
      aria-pressed={isPressed}
      disabled={isDisabled}
      onClick={onClick}
    >
      {text}
    </button>
  );
}

/** Alt and the wheel over the images change the brush, not the slice. */
function useWheelRadius({ tool, stepRadius }: Segments): void {
  useEffect(() => {
    if (!BRUSHES.has(tool)) return;
    const notches = new WheelNotches();
    const onWheel = (event: WheelEvent) => {
      if (!event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      const turned = notches.add(event);
      if (turned !== 0) stepRadius(turned < 0 ? 1 : -1);
    };
    window.addEventListener("wheel", onWheel, { capture: true, passive: false });
    return () => window.removeEventListener("wheel", onWheel, { capture: true });
  }, [tool, stepRadius]);
}
