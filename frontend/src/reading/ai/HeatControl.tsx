import { HEAT_STEPS, heatColour } from "@/domain/heatMap";
import classes from "./ai.module.css";

interface HeatControlProps {
  opacity: number;
  isLoading: boolean;
  onChange: (opacity: number) => void;
}

const LEGEND = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1]
  .map((value) => `rgb(${heatColour(value).join(" ")})`)
  .join(", ")})`;

/** How strongly the AI's heat map covers the image, and what its colours mean. */
export function HeatControl({ opacity, isLoading, onChange }: HeatControlProps) {
  return (
    <div className={classes.heat}>
      <label className={classes.heatLine}>
        <span>
          Heat map <kbd>Z</kbd>
        </span>
        <input
          type="range"
          min={0}
          max={HEAT_STEPS.length - 1}
          step={1}
          value={HEAT_STEPS.findIndex((step) => step >= opacity - 1e-9)}
          disabled={isLoading}
          aria-label="Opacity of the heat map"
          aria-valuetext={`${Math.round(100 * opacity)} %`}
          onChange={(event) => onChange(HEAT_STEPS[Number(event.currentTarget.value)] ?? 0)}
        />
        <span className={classes.percent}>
          {isLoading ? "loading…" : opacity === 0 ? "off" : `${Math.round(100 * opacity)} %`}
        </span>
      </label>
      <div className={classes.heatLine}>
        <span className={classes.quiet}>0</span>
        <span className={classes.legend} style={{ background: LEGEND }} />
        <span className={classes.quiet}>1</span>
      </div>
    </div>
  );
}
