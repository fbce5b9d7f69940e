import { Checkbox, Group } from "@mantine/core";
import type { RoundRequest } from "@/api/adjudication";
import { NumberField } from "@/ui/NumberField";

type Triggers = Pick<RoundRequest, "lesion_not_all" | "lesion_distance_above_mm" | "lesion_iou_below">;

interface LesionTriggersProps {
  asked: Triggers;
  onChange: (changes: Partial<Triggers>) => void;
}

/** Which lesions have their case judged again. */
export function LesionTriggers({ asked, onChange }: LesionTriggersProps) {
  return (
    <Group gap="sm" align="flex-end">
      <Checkbox
        mb={8}
        label="Lesions that some marked and some did not"
        checked={asked.lesion_not_all}
        onChange={(event) => onChange({ lesion_not_all: event.currentTarget.checked })}
      />
      <NumberField
        label="Marks farther apart than, mm"
        placeholder="any"
        w={200}
        min={0}
        max={1000}
        value={asked.lesion_distance_above_mm}
        onChange={(value) => onChange({ lesion_distance_above_mm: value })}
      />
      <NumberField
        label="Marks with an IoU below"
        placeholder="any"
        w={180}
        min={0}
        max={1}
        step={0.05}
        value={asked.lesion_iou_below}
        onChange={(value) => onChange({ lesion_iou_below: value })}
      />
    </Group>
  );
}
