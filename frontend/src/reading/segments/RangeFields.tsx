import type { KeyboardEvent } from "react";
import type { SegmentSettings } from "@/domain/segmentTools";
import classes from "./SegmentBar.module.css";

interface RangeFieldsProps {
  settings: SegmentSettings;
  /** Region growing may go by the value under the click instead. */
  mayTolerate: boolean;
  onChange: (part: Partial<SegmentSettings>) => void;
}

const FIRST_TOLERANCE = 100;

/** The values that count as inside, both ends included. */
export function RangeFields({ settings, mayTolerate, onChange }: RangeFieldsProps) {
  const { range, tolerance } = settings;
  const isTolerant = mayTolerate && tolerance !== null;
  return (
    <div className={classes.group}>
      {mayTolerate && (
        <select
          className={classes.choice}
          aria-label="Grow by"
          value={isTolerant ? "tolerance" : "range"}
          onChange={(event) =>
            onChange({ tolerance: event.currentTarget.value === "tolerance" ? FIRST_TOLERANCE : null })
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
          onChange={(value) => onChange({ tolerance: value })}
        />
      ) : (
        <>
          <NumberField
            label="From"
            value={range.lowest}
            onChange={(lowest) => onChange({ range: { ...range, lowest } })}
          />
          <NumberField
            label="To"
            value={range.highest}
            onChange={(highest) => onChange({ range: { ...range, highest } })}
          />
        </>
      )}
    </div>
  );
}

interface NumberFieldProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
}

function NumberField({ label, value, onChange }: NumberFieldProps) {
  return (
    <label className={classes.group}>
      {label}
      <input
        className={classes.number}
        type="number"
        step={10}
        onKeyDown={leaveOnEnter}
        value={value}
        onChange={(event) => {
          const entered = event.currentTarget.valueAsNumber;
          if (Number.isFinite(entered)) onChange(entered);
        }}
      />
    </label>
  );
}

/** Enter and Escape give the keys back to the images. */
export function leaveOnEnter(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
}
