import { Group, Radio, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { type ArmDisplay, type DesignKind, DISPLAYS_TO_CHOOSE, withArm, withKind } from "@/domain/designs";
import { AI_DISPLAYS } from "../ai/aiDisplays";
import type { DesignFieldProps } from "./designField";
import { OrderField } from "./OrderField";

const KINDS: { kind: DesignKind; name: string; about: string }[] = [
  {
    kind: "ANNOTATION",
    name: "Annotation only",
    about: "Readers label; no truth, no AI, no analysis of errors.",
  },
  { kind: "SINGLE", name: "Single reading", about: "Each reader reads once, without the AI." },
  {
    kind: "CROSSOVER",
    name: "Crossover",
    about: "Each case unaided and with AI, in two sessions with a washout.",
  },
  { kind: "SEQUENTIAL", name: "Second reader", about: "A frozen read without AI, then on with the AI." },
  { kind: "CONCURRENT", name: "Concurrent AI", about: "The AI is there while the reader reads." },
];
const NEEDS_AI: ReadonlySet<DesignKind> = new Set(["CROSSOVER", "SEQUENTIAL", "CONCURRENT"]);

/** The kind of the design, and what its arms are called and show. */
export function KindFields({ design, isFrozen, onChange, hasAi }: DesignFieldProps & { hasAi: boolean }) {
  return (
    <>
      <Radio.Group
        label="Kind"
        description="Split-plot, double reading, hidden repeats and training cases go with each of them: see below."
        value={design.kind}
        onChange={(kind) => onChange(withKind(design, kind as DesignKind))}
      >
        <SimpleGrid cols={2} spacing="sm" mt="xs">
          {KINDS.map(({ kind, name, about }) => (
            <Radio
              key={kind}
              value={kind}
              label={name}
              description={about}
              disabled={isFrozen || (NEEDS_AI.has(kind) && !hasAi)}
            />
          ))}
        </SimpleGrid>
        {!hasAi && !isFrozen && (
          <Text size="xs" c="dimmed" mt="xs">
            Designs with an AI can be chosen once the AI page names a model version.
          </Text>
        )}
      </Radio.Group>
      <ArmFields design={design} isFrozen={isFrozen} onChange={onChange} hasAi={hasAi} />
      {design.kind === "CROSSOVER" && (
        <Select
          label="Order of the arms"
          maw={460}
          disabled={isFrozen}
          allowDeselect={false}
          data={[
            { value: "READERS", label: "Half of the readers start with the second arm" },
            { value: "CASES", label: "Each reader starts half of the cases in each arm" },
          ]}
          value={design.balance}
          onChange={(balance) =>
            balance && onChange({ ...design, balance: balance as typeof design.balance })
          }
        />
      )}
    </>
  );
}

function ArmFields({ design, isFrozen, onChange, hasAi }: DesignFieldProps & { hasAi: boolean }) {
  return (
    <Stack gap="xs">
      {design.arms.map((arm, index) => {
        const displays = DISPLAYS_TO_CHOOSE[design.kind][index] ?? [arm.ai_display];
        return (
          <Stack key={arm.key} gap="xs">
            <Group gap="sm" align="flex-end">
              <TextInput
                label={`Name of arm ${arm.key}`}
                w={190}
                maxLength={80}
                disabled={isFrozen}
                key={arm.name}
                defaultValue={arm.name}
                onBlur={({ currentTarget: { value } }) => {
                  if (value.trim() && value !== arm.name)
                    onChange(withArm(design, index, { name: value.trim() }));
                }}
              />
              <Select
                label="Its readers see the AI"
                w={260}
                disabled={isFrozen || displays.length === 1 || !hasAi}
                allowDeselect={false}
                data={displays.map((value) => ({ value, label: AI_DISPLAYS[value].short }))}
                value={arm.ai_display}
                onChange={(value) =>
                  value && onChange(withArm(design, index, { ai_display: value as ArmDisplay }))
                }
              />
            </Group>
            <OrderField
              design={design}
              isFrozen={isFrozen}
              onChange={onChange}
              arm={arm}
              index={index}
              hasAi={hasAi}
            />
          </Stack>
        );
      })}
    </Stack>
  );
}
