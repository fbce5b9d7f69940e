import { useEffect } from "react";
import { type HotkeyAction, hotkeyOf } from "@/domain/hotkeys";
import { keyText } from "@/domain/keymap";
import type { SegmentTool } from "@/domain/segmentTools";
import { leaveOnEnter, RangeFields } from "./RangeFields";
import classes from "./SegmentBar.module.css";
import type { Segments } from "./useSegments";

const TOOLS: { tool: SegmentTool; text: string; action?: HotkeyAction }[] = [
  { tool: "BRUSH", text: "Brush", action: "segment_brush" },
  { tool: "ERASER", text: "Eraser", action: "segment_eraser" },
  { tool: "THRESHOLD", text: "Threshold brush", action: "segment_threshold" },
  { tool: "RECTANGLE", text: "Rectangle" },
  { tool: "CIRCLE", text: "Circle" },
  { tool: "FREEHAND", text: "Freehand" },
  { tool: "GROW", text: "Grow region", action: "segment_grow" },
];
const SCISSORS: ReadonlySet<SegmentTool | null> = new Set(["RECTANGLE", "CIRCLE", "FREEHAND"]);
const BRUSHES: ReadonlySet<SegmentTool | null> = new Set(["BRUSH", "ERASER", "THRESHOLD"]);

interface SegmentBarProps {
  segments: Segments;
  isDisabled: boolean;
}

/** The tools for voxels, open only where the form has a use for them. */
export function SegmentBar({ segments, isDisabled }: SegmentBarProps) {
  const { tool, setTool, settings, change } = segments;
  useWheelRadius(segments);
  return (
    <div className={classes.bar} role="toolbar" aria-label="Segment tools">
      <span>Segment</span>
      <div className={classes.group}>
        {TOOLS.map(({ tool: own, text, action }) => (
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
      {BRUSHES.has(tool) && (
        <label className={classes.group} title="Alt and the wheel, or < and >">
          Radius
          <input
            className={classes.number}
            type="number"
            aria-label="Radius"
            min={0.5}
            max={50}
            step={0.5}
            onKeyDown={leaveOnEnter}
            value={settings.radius_mm}
            onChange={(event) => change({ radius_mm: Math.max(Number(event.currentTarget.value), 0.1) })}
          />
          mm
        </label>
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
      <ActiveSegment segments={segments} isDisabled={isDisabled} />
      {segments.notice && (
        <span className={classes.notice} role="status">
          {segments.notice}
        </span>
      )}
    </div>
  );
}

/** Which segment the tools change, and what can be done with it as a whole. */
function ActiveSegment({ segments, isDisabled }: SegmentBarProps) {
  const { active, beginNew, interpolate, removeIslands, stepOpacity, statistics } = segments;
  return (
    <div className={classes.group}>
      <span className={classes.swatch} style={{ background: active?.colour ?? "#495057" }} />
      <span>{active ? `Mark ${active.number}` : "New segment"}</span>
      {statistics && <span className={classes.statistics}>{statistics}</span>}
      {active && !isDisabled && (
        <>
          <BarButton text="New" hint={keyHint("segment_new")} onClick={beginNew} />
          <BarButton text="Interpolate" onClick={interpolate} />
          <BarButton text="Keep largest island" onClick={() => removeIslands("largest")} />
          <BarButton
            text="Remove specks"
            hint="below 10 voxels"
            onClick={() => removeIslands({ smallest: 10 })}
          />
        </>
      )}
      <BarButton text="Opacity" hint={keyHint("segment_opacity")} onClick={stepOpacity} />
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
    const onWheel = (event: WheelEvent) => {
      if (!event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      stepRadius(event.deltaY < 0 ? 1 : -1);
    };
    window.addEventListener("wheel", onWheel, { capture: true, passive: false });
    return () => window.removeEventListener("wheel", onWheel, { capture: true });
  }, [tool, stepRadius]);
}
