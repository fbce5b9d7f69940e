import { type SegmentSettings, valueUnitText } from "@/domain/segmentTools";
import { stepFor } from "@/domain/valueStart";
import { NumberField } from "./NumberField";
import classes from "./SegmentBar.module.css";

interface RangeFieldsProps {
  settings: SegmentSettings;
  /** Region growing may go by the value under the click instead. */
  mayTolerate: boolean;
  onChange: (part: Partial<SegmentSettings>) => void;
}

/** The values that count as inside, both ends included. */
export function RangeFields({ settings, mayTolerate, onChange }: RangeFieldsProps) {
  const { range, tolerance } = settings;
  const step = stepFor(settings.firstTolerance);
  const isTolerant = mayTolerate && tolerance !== null;
  return (
    <div className={classes.field}>
      {mayTolerate && (
        <select
          className={classes.choice}
          aria-label="Grow by"
          value={isTolerant ? "tolerance" : "range"}
          onChange={(event) =>
            onChange({
              tolerance: event.currentTarget.value === "tolerance" ? settings.firstTolerance : null,
            })
          }
        >
          <option value="range">Values</option>
          <option value="tolerance">Near the click</option>
        </select>
      )}
      {isTolerant ? (
        <NumberField
          label="Tolerance"
          value={tolerance}
          step={step}
          lowest={0}
          onChange={(value) => onChange({ tolerance: value })}
        />
      ) : (
        <>
          <NumberField
            label="From"
            value={range.lowest}
            step={step}
            onChange={(lowest) => onChange({ range: { ...range, lowest } })}
          />
          <NumberField
            label="To"
            value={range.highest}
            step={step}
            onChange={(highest) => onChange({ range: { ...range, highest } })}
          />
        </>
      )}
      {valueUnitText(settings.unit)}
    </div>
  );
}
