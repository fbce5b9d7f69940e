import { isUndefined, type Outcome } from "@/domain/analysisResult";
import { differenceText, outcomeDetail, outcomeText } from "@/domain/resultText";
import classes from "./OutcomeText.module.css";

interface OutcomeTextProps {
  outcome: Outcome;
  isDifference?: boolean;
}

/** One number with its interval, or why there is none; method and count on hover and focus, which `HintArea` shows. */
export function OutcomeText({ outcome, isDifference = false }: OutcomeTextProps) {
  return (
    <span
      className={isUndefined(outcome) ? classes.undefined : classes.number}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what stands behind a number is reached by keyboard too
      tabIndex={0}
      data-hint={outcomeDetail(outcome)}
    >
      {isDifference ? differenceText(outcome) : outcomeText(outcome)}
    </span>
  );
}
