import { Group, Text } from "@mantine/core";
import { byCriterion, type Localisation } from "@/domain/analysisPlan";
import { type PlanFieldsProps, saidAt } from "./fields";
import { PlanNumber } from "./PlanNumber";
import { PlanSelect } from "./PlanSelect";

const CRITERIA: { value: Localisation["criterion"]; label: string }[] = [
  { value: "DISTANCE", label: "distance of the centres" },
  { value: "IOU", label: "overlap of the boxes (IoU)" },
];

/** Which marks count, and when one of them is on a lesion; nothing in a plan that counts no lesions. */
export function LocalisationFields({ plan, facts, reading, onChange }: PlanFieldsProps) {
  const { localisation } = plan;
  if (!localisation) return null;
  const change = (next: Partial<Localisation>, field?: string) =>
    onChange({ ...plan, localisation: { ...localisation, ...next } }, field && `localisation ${field}`);
  const said = (field: string) => saidAt(reading, `plan.localisation.${field}`);
  return (
    <>
      <Group gap="sm" align="flex-start" mt="xs">
        {facts.located_findings.length > 0 && (
          <PlanSelect
            label="Marks of"
            width={250}
            options={facts.located_findings.map(({ key, text }) => ({ value: key, label: text }))}
            value={localisation.question}
            said={said("question")}
            onChange={(question) => change({ question })}
          />
        )}
        <PlanSelect
          label="A mark is on a lesion by"
          width={230}
          options={CRITERIA}
          value={localisation.criterion}
          onChange={(criterion) => change(byCriterion(criterion))}
        />
        {localisation.criterion === "DISTANCE" ? (
          <PlanNumber
            label="At most, mm"
            width={130}
            step={1}
            value={localisation.max_distance_mm}
            said={said("max_distance_mm")}
            onChange={(max_distance_mm) => change({ max_distance_mm }, "max_distance_mm")}
          />
        ) : (
          <PlanNumber
            label="At least (0 to 1)"
            width={130}
            step={0.05}
            value={localisation.min_iou}
            said={said("min_iou")}
            onChange={(min_iou) => change({ min_iou }, "min_iou")}
          />
        )}
      </Group>
      <Text size="xs" c="dimmed">
        Marks go to lesions one to one, the surest first. A further mark on a lesion that is found is left
        out; every other mark is false.
      </Text>
    </>
  );
}
