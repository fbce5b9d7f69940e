import { Text } from "@mantine/core";
import type { Description } from "@/domain/description";
import type { PlannedResult } from "@/domain/plannedResult";
import { plannedSummary } from "@/domain/plannedSummary";
import { AnswerCards } from "./AnswerCards";

interface PlannedOverviewProps {
  result: PlannedResult;
  description: Description;
}

/** How good, does it help, for whom, how sure: on one screen. */
export function PlannedOverview({ result, description }: PlannedOverviewProps) {
  return (
    <>
      <AnswerCards answers={plannedSummary(result, description)} />
      <Text size="xs" c="dimmed">
        What names an endpoint is the plan's. What is called described was not pre-specified: no hypothesis is
        tested for it, and its intervals are not corrected for their number.
      </Text>
    </>
  );
}
