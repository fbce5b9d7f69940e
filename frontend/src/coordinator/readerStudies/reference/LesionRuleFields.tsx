import { Group, NativeSelect } from "@mantine/core";
import type { LesionsRequest } from "@/api/reference";
import { SEGMENT } from "@/domain/labelSchema";
import { NumberField } from "@/ui/NumberField";
import type { PanelForm } from "./usePanel";

/** Whether marks are matched to lesions, and when two of them are one. */
export function LesionRuleFields({ panel: { chosen, located, change } }: { panel: PanelForm }) {
  if (located.length === 0) return null;
  return (
    <Group gap="sm" align="flex-end">
      <NativeSelect
        label="Lesions from the marks of"
        w={330}
        value={chosen.lesions ?? ""}
        data={[
          { value: "", label: "no question: cases only" },
          ...located.map(({ key, text }) => ({ value: key, label: text })),
        ]}
        onChange={(event) => change({ lesions: event.currentTarget.value || null })}
      />
      {chosen.lesions !== null && (
        <>
          <NativeSelect
            label="Marks are of one lesion by"
            w={300}
            value={chosen.criterion}
            data={[
              { value: "DISTANCE", label: "distance of their centres" },
              { value: "IOU", label: "overlap of their boxes (IoU)" },
            ]}
            onChange={(event) =>
              change({ criterion: event.currentTarget.value as LesionsRequest["criterion"] })
            }
          />
          {chosen.criterion === "DISTANCE" ? (
            <NumberField
              label="At most, mm"
              w={120}
              min={0.1}
              max={1000}
              value={chosen.distanceMm}
              onChange={(value) => change({ distanceMm: value })}
            />
          ) : (
            <NumberField
              label="At least"
              w={120}
              min={0.01}
              max={0.99}
              step={0.05}
              value={chosen.leastIou}
              onChange={(value) => change({ leastIou: value })}
            />
          )}
          {located.find(({ key }) => key === chosen.lesions)?.tools.includes(SEGMENT) && (
            <NativeSelect
              label="Painted segments come to"
              w={260}
              value={chosen.voxels}
              data={[
                { value: "MAJORITY", label: "voxels of more than half" },
                { value: "STAPLE", label: "STAPLE (Warfield 2004)" },
              ]}
              onChange={(event) => change({ voxels: event.currentTarget.value as LesionsRequest["voxels"] })}
            />
          )}
        </>
      )}
    </Group>
  );
}
