import { Group } from "@mantine/core";
import type { ReactNode } from "react";
import type { PlanForm, PlanNumber } from "@/domain/sampleSize";
import { NumberField } from "@/ui/NumberField";

interface Look {
  label: string;
  about?: string;
  width: number;
  step: number;
}

const LOOKS: Record<PlanNumber, Look> = {
  difference: { label: "Difference to find", width: 140, step: 0.01 },
  alpha: { label: "Alpha, two-sided", width: 130, step: 0.01 },
  target_power: { label: "Power", width: 90, step: 0.05 },
  auc: { label: "Area, first condition", width: 160, step: 0.01 },
  positive_share: { label: "Share diseased", width: 130, step: 0.05 },
  var_tr: { label: "Var(reader × condition)", width: 180, step: 0.0001 },
  rho1: { label: "r1: reader kept", about: "One reader, two conditions", width: 150, step: 0.05 },
  rho2: { label: "r2: condition kept", about: "Two readers, one condition", width: 150, step: 0.05 },
  rho3: { label: "r3: neither", about: "Two readers, two conditions", width: 150, step: 0.05 },
  var_error: { label: "Var(error)", width: 130, step: 0.0001 },
  cov1: { label: "Cov1", width: 120, step: 0.0001 },
  cov2: { label: "Cov2", width: 120, step: 0.0001 },
  cov3: { label: "Cov3", width: 120, step: 0.0001 },
  component_cases: { label: "Cases behind them", width: 150, step: 1 },
};

export interface PlanFieldsProps {
  form: PlanForm;
  onChange: (form: PlanForm) => void;
  faults: Record<string, string>;
}

/** Some of the plan's numbers, each with its fault. */
export function NumberFields({
  form,
  onChange,
  faults,
  names,
  children,
}: PlanFieldsProps & { names: PlanNumber[]; children?: ReactNode }) {
  const change = (name: PlanNumber, value: number | undefined) =>
    onChange({ ...form, numbers: { ...form.numbers, [name]: value } });
  return (
    <Group gap="sm" align="flex-start">
      {names.map((name) => {
        const { label, about, width, step } = LOOKS[name];
        return (
          <NumberField
            key={name}
            label={label}
            description={about}
            inputWrapperOrder={["label", "input", "description", "error"]}
            w={width}
            step={step}
            allowDecimal={step < 1}
            value={form.numbers[name] ?? null}
            error={faults[name]}
            onChange={(value) => change(name, value ?? undefined)}
          />
        );
      })}
      {children}
    </Group>
  );
}
