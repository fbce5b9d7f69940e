import { Select, Text } from "@mantine/core";
import type { PlanChoice } from "@/api/analysisPlans";
import classes from "./AnalysisPlan.module.css";

interface PlanSelectProps<Value extends string> {
  label: string;
  width: number;
  options: { value: Value; label: string }[];
  value: Value | null;
  onChange: (value: Value) => void;
  /** What cannot be taken, with the reason, which stands in the list. */
  choices?: PlanChoice[];
  said?: { id: string; error: string | undefined; warning: string | undefined };
}

/** One choice of a plan: what is impossible is in the list, cannot be taken and says why. */
export function PlanSelect<Value extends string>(props: PlanSelectProps<Value>) {
  const { label, width, options, value, choices = [], said } = props;
  const reasons = new Map(choices.map((choice) => [choice.value, choice.reason]));
  // Where reasons stand in the list it is wide enough to read them.
  const listWidth = choices.some(({ reason }) => reason !== null) ? Math.max(width, 400) : width;
  return (
    <Select
      id={said?.id}
      label={label}
      w={width}
      data={options.map((option) => ({ ...option, disabled: Boolean(reasons.get(option.value)) }))}
      value={value}
      allowDeselect={false}
      maxDropdownHeight={360}
      comboboxProps={{ width: listWidth, position: "bottom-start" }}
      classNames={{ option: classes.option }}
      renderOption={({ option }) => (
        <span>
          {option.label}
          {reasons.get(option.value) && (
            <Text span size="xs" className={classes.reason}>
              {reasons.get(option.value)}
            </Text>
          )}
        </span>
      )}
      inputWrapperOrder={["label", "input", "error", "description"]}
      error={said?.error}
      description={said?.warning && <Warning>{said.warning}</Warning>}
      onChange={(chosen) => chosen && props.onChange(chosen as Value)}
    />
  );
}

export function Warning({ children }: { children: string }) {
  return (
    <Text span size="xs" c="yellow">
      {children}
    </Text>
  );
}
