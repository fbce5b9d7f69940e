import type { AiPrediction } from "@/api/reading";
import { HEAT_STEPS, heatColour } from "@/domain/heatMap";
import classes from "./ai.module.css";
import type { Overlays } from "./useOverlays";

interface OverlayControlsProps {
  prediction: AiPrediction;
  overlays: Overlays;
  isHeatLoading: boolean;
}

const LEGEND = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1]
  .map((value) => `rgb(${heatColour(value).join(" ")})`)
  .join(", ")})`;

/** How strongly the AI's heat map and marks cover the image, and what the map's colours mean. */
export function OverlayControls({ prediction, overlays, isHeatLoading }: OverlayControlsProps) {
  const { strengths, setStrength } = overlays;
  const hasMarks = prediction.findings.length > 0;
  const hasHeat = prediction.heat_map !== null;
  if (!hasMarks && !hasHeat) return null;
  return (
    <div className={classes.heat}>
      {hasMarks && (
        <StrengthLine
          text="Marks"
          of="the AI's marks"
          strength={strengths.marks}
          onChange={(strength) => setStrength("marks", strength)}
        />
      )}
      {hasHeat && (
        <StrengthLine
          text="Heat map"
          of="the heat map"
          strength={strengths.heat}
          isLoading={isHeatLoading}
          onChange={(strength) => setStrength("heat", strength)}
        />
      )}
      {hasHeat && (
        <div className={classes.heatLine}>
          <span className={classes.quiet}>0</span>
          <span className={classes.legend} style={{ background: LEGEND }} />
          <span className={classes.quiet}>1</span>
        </div>
      )}
    </div>
  );
}

interface StrengthLineProps {
  text: string;
  of: string;
  strength: number;
  isLoading?: boolean;
  onChange: (strength: number) => void;
}

function StrengthLine({ text, of, strength, isLoading = false, onChange }: StrengthLineProps) {
  const percent = `${Math.round(100 * strength)} %`;
  return (
    <label className={classes.heatLine}>
      <span className={classes.strengthName}>
        {text} <kbd>Z</kbd>
      </span>
      <input
        type="range"
        min={0}
        max={HEAT_STEPS.length - 1}
        step={1}
        value={HEAT_STEPS.findIndex((step) => step >= strength - 1e-9)}
        disabled={isLoading}
        aria-label={`Opacity of ${of}`}
        aria-valuetext={percent}
        onChange={(event) => onChange(HEAT_STEPS[Number(event.currentTarget.value)] ?? 0)}
      />
      <span className={classes.percent}>{isLoading ? "loading…" : strength === 0 ? "off" : percent}</span>
    </label>
  );
}
