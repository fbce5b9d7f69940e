import { Text, Tooltip } from "@mantine/core";
import { isUndefined, type Outcome } from "@/domain/analysisResult";
import { differenceText, outcomeDetail, outcomeText } from "@/domain/resultText";

interface OutcomeTextProps {
  outcome: Outcome;
  isDifference?: boolean;
}

/** One number with its interval, or why there is none; method and count on hover and focus. */
export function OutcomeText({ outcome, isDifference = false }: OutcomeTextProps) {
  return (
    <Tooltip
      label={outcomeDetail(outcome)}
      multiline
      maw={340}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Text
        span
        size="sm"
        tabIndex={0}
        c={isUndefined(outcome) ? "dimmed" : undefined}
        style={isUndefined(outcome) ? undefined : NUMBERS}
      >
        {isDifference ? differenceText(outcome) : outcomeText(outcome)}
      </Text>
    </Tooltip>
  );
}

// A value and its interval are read as one; a reason may wrap.
const NUMBERS = { fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" };
