import { Anchor, List, Stack, Text } from "@mantine/core";
import type { PlanReading } from "@/api/analysisPlans";
import { isError, type PlanFinding, placeText } from "@/domain/analysisPlan";

interface PlanWordsProps {
  reading: PlanReading;
  /** Whether the fields that the findings are about are on the page. */
  hasFields: boolean;
}

/** A plan as it reads, and what is to be said of it: errors, which keep it from being locked, then warnings. */
export function PlanWords({ reading, hasFields }: PlanWordsProps) {
  const errors = reading.findings.filter(isError);
  const warnings = reading.findings.filter((one) => !isError(one));
  return (
    <Stack gap="sm">
      {errors.length > 0 && (
        <Findings
          title={`${errors.length === 1 ? "1 error keeps" : `${errors.length} errors keep`} it from being locked`}
          colour="red"
          findings={errors}
          hasFields={hasFields}
        />
      )}
      {warnings.length > 0 && (
        <Findings
          title={warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`}
          colour="yellow"
          findings={warnings}
          hasFields={hasFields}
        />
      )}
      {reading.sentences.length > 0 ? (
        <List size="sm" spacing={6}>
          {reading.sentences.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      ) : (
        <Text size="sm" c="dimmed">
          It is said in words once it has no error.
        </Text>
      )}
    </Stack>
  );
}

interface FindingsProps {
  title: string;
  colour: string;
  findings: PlanFinding[];
  hasFields: boolean;
}

function Findings({ title, colour, findings, hasFields }: FindingsProps) {
  return (
    <div>
      <Text size="sm" fw={600} c={colour}>
        {title}
      </Text>
      <List size="sm" spacing={2}>
        {findings.map(({ field, code, detail, endpoint }) => (
          <List.Item key={`${field} ${code}`}>
            {hasFields ? (
              <Anchor component="button" type="button" size="sm" onClick={() => goTo(field)}>
                {placeText(field, endpoint)}
              </Anchor>
            ) : (
              <b>{placeText(field, endpoint)}</b>
            )}
            : {detail}
          </List.Item>
        ))}
      </List>
    </div>
  );
}

/** Focus the field that a finding is about. */
function goTo(field: string): void {
  const place = document.getElementById(field);
  place?.scrollIntoView({ block: "center" });
  place?.focus({ preventScroll: true });
}
