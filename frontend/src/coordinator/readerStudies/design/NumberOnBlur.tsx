import { useState } from "react";
import { NumberField } from "@/ui/NumberField";

interface NumberOnBlurProps {
  label: string;
  value: number;
  min: number;
  max: number;
  isDisabled: boolean;
  width?: number;
  onChange: (value: number) => void;
}

/** A whole number that is stored when the field is left, not at each key. */
export function NumberOnBlur({
  label,
  value,
  min,
  max,
  isDisabled,
  width = 150,
  onChange,
}: NumberOnBlurProps) {
  const [entered, setEntered] = useState<{ typed: number | null } | null>(null);
  const store = () => {
    const whole = Math.min(Math.max(Math.round(entered?.typed ?? value), min), max);
    if (whole !== value) onChange(whole);
    setEntered(null);
  };
  return (
    <NumberField
      label={label}
      w={width}
      min={min}
      max={max}
      disabled={isDisabled}
      value={entered ? entered.typed : value}
      onChange={(typed) => setEntered({ typed })}
      onBlur={store}
      onKeyDown={(event) => event.key === "Enter" && store()}
    />
  );
}
