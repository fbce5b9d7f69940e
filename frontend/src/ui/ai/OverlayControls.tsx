import { type AiMaps, mapCaution } from "@/domain/aiMaps";
import { HEAT_STEPS, heatColour } from "@/domain/heatMap";
import classes from "./ai.module.css";
import type { Overlays } from "./useOverlays";

interface OverlayControlsProps<Key extends string> {
  prediction: { findings: readonly unknown[] };
  overlays: Pick<Overlays<Key>, "strengths" | "setStrength" | "chooseMap">;
  maps: AiMaps<Key>;
  isHeatLoading: boolean;
}

const LEGEND = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1]
  .map((value) => `rgb(${heatColour(value).join(" ")})`)
  .join(", ")})`;

/** How strongly the AI's marks and its map cover the image, which map that is, and what its colours mean. */
export function OverlayControls<Key extends string>(props: OverlayControlsProps<Key>) {
  const { prediction, overlays, maps, isHeatLoading } = props;
  const { strengths, setStrength } = overlays;
  const hasMarks = prediction.findings.length > 0;
  const { options } = maps;
  const chosen = options.find(({ value }) => value === maps.chosen)?.kind ?? null;
  const isOwn = chosen === "HEAT_MAP";
  const caution = mapCaution(chosen);
  if (!hasMarks && options.length === 0) return null;
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
      {options.some(({ kind }) => kind !== "HEAT_MAP") && (
        <MapSelect maps={maps} onChoose={overlays.chooseMap} />
      )}
      {chosen && (
        <StrengthLine
          text={isOwn ? "Heat map" : METHOD_WORDS[chosen]}
          of={isOwn ? "the heat map" : "the explanation"}
          strength={strengths.heat}
          isLoading={isHeatLoading}
          onChange={(strength) => setStrength("heat", strength)}
        />
      )}
      {chosen && (
        <div className={classes.heatLine}>
          <span className={classes.quiet}>{isOwn ? "0" : "none"}</span>
          <span className={classes.legend} style={{ background: LEGEND }} />
          <span className={classes.quiet}>{isOwn ? "1" : "most"}</span>
        </div>
      )}
      {caution && <div className={classes.quiet}>{caution}</div>}
    </div>
  );
}

const METHOD_WORDS = { GRAD_CAM: "Grad-CAM", INTEGRATED_GRADIENTS: "Gradients" };

interface MapSelectProps<Key extends string> {
  maps: AiMaps<Key>;
  onChoose: (map: Key) => void;
}

/** Which of several maps lies over the images. */
function MapSelect<Key extends string>({ maps, onChoose }: MapSelectProps<Key>) {
  const { chosen, options } = maps;
  return (
    <label className={classes.heatLine}>
      <span className={classes.strengthName}>Map</span>
      <select
        className={classes.mapSelect}
        value={chosen ?? ""}
        onChange={(event) => onChoose(event.currentTarget.value as Key)}
      >
        {chosen === null && <option value="">Choose a map</option>}
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
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
