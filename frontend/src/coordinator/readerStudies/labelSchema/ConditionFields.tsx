import { ActionIcon, Button, Group, Input, SegmentedControl, Stack, Text } from "@mantine/core";
import { comparisonWith, conditionText, joined, partsOf } from "@/domain/conditionEditing";
import type { Condition, Question } from "@/domain/labelSchema";
import { ComparisonRow } from "./ComparisonRow";

interface ConditionProps {
  /** The questions that stand above and can be compared. */
  above: Question[];
  isEditable: boolean;
}

interface ConditionSectionProps extends ConditionProps {
  condition: Condition | null;
  fault: string | undefined;
  onChange: (condition: Condition | null) => void;
}

/** When the question is asked: always, or after certain answers to the questions above it. */
export function ConditionSection({ condition, fault, onChange, ...props }: ConditionSectionProps) {
  const { above, isEditable } = props;
  const [last] = above.slice(-1);
  if (!condition) {
    if (!last || !isEditable) return null;
    return (
      <Button
        size="compact-xs"
        variant="default"
        style={{ alignSelf: "flex-start" }}
        onClick={() => onChange(comparisonWith(last))}
      >
        + Show only if…
      </Button>
    );
  }
  return (
    <Input.Wrapper size="xs" label="Show only if" error={fault}>
      {isEditable ? (
        <Joined {...props} condition={condition} depth={0} onChange={onChange} />
      ) : (
        <Text size="sm">{conditionText(condition, above)}</Text>
      )}
    </Input.Wrapper>
  );
}

interface GroupProps extends ConditionProps {
  condition: Condition;
  depth: number;
  onChange: (condition: Condition | null) => void;
}

const JOINS = [
  { value: "all", label: "all of these hold" },
  { value: "any", label: "any of these holds" },
];

/** Conditions joined by and, or by or; one level deeper there is one more such group. */
function Joined({ condition, depth, onChange, ...props }: GroupProps) {
  const { join, parts } = partsOf(condition);
  const [first] = props.above;
  const put = (next: Condition[]) => onChange(joined(join, next));
  return (
    <Stack gap={4} pl={depth === 0 ? 0 : "md"}>
      {parts.length > 1 && (
        <SegmentedControl
          size="xs"
          style={{ alignSelf: "flex-start" }}
          data={JOINS}
          value={join}
          onChange={(next) => onChange(joined(next as "all" | "any", parts))}
        />
      )}
      {parts.map((part, index) => (
        <Part
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no identity while it is being built
          key={index}
          {...props}
          part={part}
          depth={depth}
          onChange={(next) => put(next === null ? parts.toSpliced(index, 1) : parts.with(index, next))}
        />
      ))}
      {first && (
        <Group gap="xs">
          <Button size="compact-xs" variant="default" onClick={() => put([...parts, comparisonWith(first)])}>
            + Condition
          </Button>
          {depth === 0 && parts.length > 1 && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() =>
                put([...parts, { [join === "all" ? "any" : "all"]: [comparisonWith(first)] } as Condition])
              }
            >
              + Group
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}

interface PartProps extends ConditionProps {
  part: Condition;
  depth: number;
  onChange: (condition: Condition | null) => void;
}

function Part({ part, depth, onChange, ...props }: PartProps) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <div style={{ flex: 1 }}>
        {"question" in part ? (
          <ComparisonRow {...props} comparison={part} onChange={onChange} />
        ) : (
          <Joined {...props} condition={part} depth={depth + 1} onChange={onChange} />
        )}
      </div>
      <ActionIcon
        size="sm"
        variant="default"
        aria-label="Remove the condition"
        onClick={() => onChange(null)}
      >
        ×
      </ActionIcon>
    </Group>
  );
}
