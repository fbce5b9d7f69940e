import { Button, Group, Stack, Text } from "@mantine/core";
import { withNewEndpoint } from "@/domain/analysisPlan";
import { Section } from "@/ui/Section";
import { EndpointCard } from "./EndpointCard";
import { MULTIPLICITIES, optionsOf, type PlanFieldsProps, saidAt } from "./fields";
import { PlanSelect } from "./PlanSelect";

const MOST_ENDPOINTS = 40;

/** What is asked, in this order, and how the primary hypotheses share the probability of a false positive. */
export function EndpointFields(props: PlanFieldsProps) {
  const { plan, reading, onChange } = props;
  const whole = saidAt(reading, "plan.endpoints");
  return (
    <Section
      title="Endpoints"
      about="A primary endpoint decides; secondary ones describe."
      actions={
        <Button
          size="compact-xs"
          variant="default"
          disabled={plan.subjects.length === 0 || plan.endpoints.length >= MOST_ENDPOINTS}
          onClick={() => onChange(withNewEndpoint(plan))}
        >
          + Endpoint
        </Button>
      }
    >
      {plan.subjects.length === 0 && (
        <Text size="sm">Add a subject first: an endpoint is a figure of one.</Text>
      )}
      {plan.endpoints.length > 0 && whole.error && (
        <Text size="sm" c="red">
          {whole.error}
        </Text>
      )}
      <Stack gap="sm">
        {plan.endpoints.map((endpoint, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an endpoint has no other identity while its name is typed.
          <EndpointCard key={index} {...props} endpoint={endpoint} index={index} />
        ))}
      </Stack>
      <Group gap="sm">
        <PlanSelect
          label="Several primary hypotheses"
          width={250}
          options={optionsOf(MULTIPLICITIES)}
          value={plan.multiplicity}
          said={saidAt(reading, "plan.multiplicity")}
          onChange={(multiplicity) => onChange({ ...plan, multiplicity })}
        />
      </Group>
    </Section>
  );
}
