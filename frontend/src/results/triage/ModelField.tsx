import { Select } from "@mantine/core";
import type { TriageModel } from "@/domain/triage";

interface ModelFieldProps {
  models: TriageModel[];
  chosen: TriageModel;
  onChange: (id: string) => void;
}

export function ModelField({ models, chosen, onChange }: ModelFieldProps) {
  return (
    <Select
      label="Which AI orders the worklist"
      maw={360}
      allowDeselect={false}
      data={models.map(({ id, name }) => ({ value: id, label: name }))}
      value={chosen.id}
      onChange={(id) => id && onChange(id)}
    />
  );
}
