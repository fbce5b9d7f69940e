import { Button, Group, Table } from "@mantine/core";
import type { SampleSize } from "@/api/sampleSizes";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";

const BASIS_WORDS = {
  PLANNING_VALUES: "planning values",
  COMPONENTS: "variance components",
  PILOT: "pilot",
};

interface PlanHistoryProps {
  plans: SampleSize[];
  shown: number | undefined;
  onShow: (number: number) => void;
  onGoOn: ((plan: SampleSize) => void) | null;
}

/** Every sample size that was computed for this reader study. */
export function PlanHistory({ plans, shown, onShow, onGoOn }: PlanHistoryProps) {
  return (
    <Section title="Saved sample sizes" about="Kept with the reader study; none is ever changed or removed.">
      <Table aria-label="Saved sample sizes" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>No.</Table.Th>
            <Table.Th>When</Table.Th>
            <Table.Th>Who</Table.Th>
            <Table.Th>From</Table.Th>
            <Table.Th>Difference</Table.Th>
            <Table.Th>Alpha</Table.Th>
            <Table.Th>Power</Table.Th>
            <Table.Th>Random</Table.Th>
            <Table.Th>Software</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {plans.map((plan) => (
            <Table.Tr key={plan.number} aria-current={plan.number === shown || undefined}>
              <Table.Td>{plan.number}</Table.Td>
              <Table.Td>{dateTime(plan.created_at)}</Table.Td>
              <Table.Td>{plan.created_by}</Table.Td>
              <Table.Td>{BASIS_WORDS[plan.inputs.basis]}</Table.Td>
              <Table.Td>{plan.inputs.difference}</Table.Td>
              <Table.Td>{plan.inputs.alpha}</Table.Td>
              <Table.Td>{plan.inputs.target_power}</Table.Td>
              <Table.Td>{plan.inputs.analysis}</Table.Td>
              <Table.Td>{`overread ${plan.software.overread}`}</Table.Td>
              <Table.Td>
                <Group gap="xs" wrap="nowrap" justify="flex-end">
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={plan.number === shown}
                    aria-label={`Show sample size ${plan.number}`}
                    onClick={() => onShow(plan.number)}
                  >
                    Show
                  </Button>
                  {onGoOn && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Plan again from sample size ${plan.number}`}
                      onClick={() => onGoOn(plan)}
                    >
                      Plan again
                    </Button>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
