import { useState } from "react";
import classes from "./SegmentBar.module.css";

interface NumberFieldProps {
  label: string;
  value: number;
  step: number;
  lowest?: number;
  highest?: number;
  unit?: string;
  hint?: string;
  onChange: (value: number) => void;
}

/** A number that holds at once; what is no number yet is left to the typist, and goes when the field is left. */
export function NumberField(props: NumberFieldProps) {
  const { label, value, step, lowest, highest, unit, hint, onChange } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const isWithin = (entered: number) =>
    Number.isFinite(entered) && entered >= (lowest ?? -Infinity) && entered <= (highest ?? Infinity);
  return (
    <label className={classes.field} title={hint}>
      {label}
      <input
        className={classes.number}
        type="number"
        aria-label={label}
        min={lowest}
        max={highest}
        step={step}
        value={typed ?? value}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          const entered = event.currentTarget.valueAsNumber;
          if (isWithin(entered)) onChange(entered);
        }}
        onBlur={() => setTyped(null)}
        onKeyDown={(event) => {
          // Enter and Escape give the keys back to the images.
          if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {unit}
    </label>
  );
}
