import { NumberInput } from "@mantine/core";
import { useState } from "react";

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
  const [typed, setTyped] = useState<number | null>(null);
  const store = () => {
    if (typed !== null && typed !== value) onChange(Math.min(Math.max(Math.round(typed), min), max));
    setTyped(null);
  };
  return (
    <NumberInput
      label={label}
      w={width}
      min={min}
      max={max}
      disabled={isDisabled}
      value={typed ?? value}
      onChange={(entered) => setTyped(typeof entered === "number" ? entered : null)}
      onBlur={store}
      onKeyDown={(event) => event.key === "Enter" && store()}
    />
  );
}
