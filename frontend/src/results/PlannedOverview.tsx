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
        Primary endpoints are the plan's. All else here: {lowerFirst(description.label)}
      </Text>
    </>
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
