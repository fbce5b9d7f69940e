import { Checkbox, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { type DesignArm, tellsBeforeAi, type WorklistOrder, withOrder } from "@/domain/designs";
import type { DesignFieldProps } from "./designField";

interface OrderFieldProps extends DesignFieldProps {
  arm: DesignArm;
  index: number;
  hasAi: boolean;
}

const DRAWN = "DRAWN";

/** In which order the worklist of an arm is: drawn, or the most urgent first by the AI where the protocol allows it. */
export function OrderField({ design, isFrozen, onChange, arm, index, hasAi }: OrderFieldProps) {
  const [isAllowed, setAllowed] = useState(arm.worklist_order?.told_before_ai ?? false);
  const tells = tellsBeforeAi(arm);
  const isRefused = !hasAi || (tells && !isAllowed);
  const choose = (by: WorklistOrder["by"] | null) =>
    onChange(withOrder(design, index, by && { by, told_before_ai: tells }));
  return (
    <Stack gap={6}>
      <Select
        label={`Worklist of arm ${arm.key}`}
        maw={460}
        disabled={isFrozen}
        allowDeselect={false}
        data={[
          { value: DRAWN, label: "In the drawn order" },
          { value: "AI_SCORE", label: "Most urgent first, by the AI's score", disabled: isRefused },
          { value: "AI_FLAG", label: "Flagged by the AI first", disabled: isRefused },
        ]}
        value={arm.worklist_order?.by ?? DRAWN}
        onChange={(by) => by && choose(by === DRAWN ? null : (by as WorklistOrder["by"]))}
      />
      {hasAi && tells && (
        <Checkbox
          size="xs"
          label="Readers may learn of the AI by the order"
          description="This arm does not show the AI when a case is opened. An order by the AI tells of it all the same, so the protocol has to say so."
          checked={isAllowed}
          disabled={isFrozen}
          onChange={({ currentTarget: { checked } }) => {
            setAllowed(checked);
            if (!checked && arm.worklist_order) choose(null);
          }}
        />
      )}
    </Stack>
  );
}
