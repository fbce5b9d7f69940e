import { useState } from "react";
import { NumberField } from "@/ui/NumberField";
import { Warning } from "./PlanSelect";

interface PlanNumberProps {
  label: string;
  width: number;
  value: number | null;
  onChange: (value: number | null) => void;
  onBlur?: () => void;
  placeholder?: string;
  step?: number;
  said?: { id: string; error: string | undefined; warning: string | undefined };
}

/** A number of the plan; empty is null. */
export function PlanNumber({
  label,
  width,
  value,
  onChange,
  onBlur,
  placeholder,
  step,
  said,
}: PlanNumberProps) {
  return (
    <NumberField
      id={said?.id}
      label={label}
      w={width}
      step={step ?? 0.01}
      placeholder={placeholder}
      value={value}
      inputWrapperOrder={["label", "input", "error", "description"]}
      error={said?.error}
      description={said?.warning && <Warning>{said.warning}</Warning>}
      onBlur={onBlur}
      onChange={onChange}
    />
  );
}

/** A number that cannot be left empty: while its field is, the one before stays. */
export function FixedValue({ onChange, value, ...rest }: PlanNumberProps) {
  const [isEmpty, setEmpty] = useState(false);
  return (
    <PlanNumber
      {...rest}
      value={isEmpty ? null : value}
      onBlur={() => setEmpty(false)}
      onChange={(typed) => {
        setEmpty(typed === null);
        if (typed !== null) onChange(typed);
      }}
    />
  );
}
