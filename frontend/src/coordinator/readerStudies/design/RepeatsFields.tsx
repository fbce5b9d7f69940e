import { Group } from "@mantine/core";
import { withRepeats } from "@/domain/designs";
import type { DesignFieldProps } from "./designField";
import { NumberOnBlur } from "./NumberOnBlur";

/** Cases that come a second time, for the agreement of a reader with themself. */
export function RepeatsFields({ design, isFrozen, onChange }: DesignFieldProps) {
  const { repeats } = design;
  return (
    <Group gap="sm" align="flex-end">
      <NumberOnBlur
        label="Hidden repeats, for each reader and session"
        width={290}
        min={0}
        max={1000}
        value={repeats.count}
        isDisabled={isFrozen}
        onChange={(count) => onChange(withRepeats(design, { ...repeats, count }))}
      />
      {repeats.count > 0 && (
        <NumberOnBlur
          label="Places between, at least"
          width={190}
          min={2}
          max={1000}
          value={repeats.minimum_distance}
          isDisabled={isFrozen}
          onChange={(minimum_distance) => onChange(withRepeats(design, { ...repeats, minimum_distance }))}
        />
      )}
    </Group>
  );
}
