import { NumberField } from "@/ui/NumberField";
import { Warning } from "./PlanSelect";

interface PlanNumberProps {
  label: string;
  width: number;
  value: number | null;
  onChange: (value: number | null) => void;
  placeholder?: string;
  step?: number;
  said?: { id: string; error: string | undefined; warning: string | undefined };
}

/** A number of the plan; empty is null. */
export function PlanNumber({ label, width, value, onChange, placeholder, step, said }: PlanNumberProps) {
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
      onChange={onChange}
    />
  );
}
