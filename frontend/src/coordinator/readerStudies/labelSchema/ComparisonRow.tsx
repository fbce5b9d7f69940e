import { Group, MultiSelect, Select } from "@mantine/core";
import { comparisonWith, type Operator, operatorOf, operatorsOf, valuesOf } from "@/domain/conditionEditing";
import type { ComparedValue, Comparison, Question } from "@/domain/labelSchema";
import { NumberField } from "@/ui/NumberField";

interface ComparisonRowProps {
  comparison: Comparison;
  above: Question[];
  onChange: (comparison: Comparison) => void;
}

const OPERATOR_NAMES: Record<Operator, string> = { is: "is", in: "is one of", at_least: "is at least" };

/** One question compared with one or more of its answers. */
export function ComparisonRow({ comparison, above, onChange }: ComparisonRowProps) {
  const question = above.find(({ key }) => key === comparison.question);
  const choose = (key: string | null) => {
    const next = above.find((one) => one.key === key);
    if (next) onChange(comparisonWith(next));
  };
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        size="xs"
        flex={2}
        aria-label="Question of the condition"
        data={above.map(({ key, text }) => ({ value: key, label: text.trim() === "" ? key : text }))}
        value={question?.key ?? null}
        placeholder="Choose a question above this one"
        allowDeselect={false}
        onChange={choose}
      />
      {question && (
        <>
          <Select
            size="xs"
            w={110}
            aria-label="Comparison"
            data={operatorsOf(question).map((value) => ({ value, label: OPERATOR_NAMES[value] }))}
            value={operatorOf(comparison)}
            allowDeselect={false}
            onChange={(operator) => operator && onChange(comparisonWith(question, operator as Operator))}
          />
          <ComparedTo question={question} comparison={comparison} onChange={onChange} />
        </>
      )}
    </Group>
  );
}

interface ComparedToProps extends Omit<ComparisonRowProps, "above"> {
  question: Question;
}

function ComparedTo({ question, comparison, onChange }: ComparedToProps) {
  const values = valuesOf(question);
  const given = "at_least" in comparison ? comparison.at_least : "in" in comparison ? null : comparison.is;
  const withValue = (value: ComparedValue): Comparison =>
    "at_least" in comparison
      ? { question: question.key, at_least: Number(value) }
      : { question: question.key, is: value };
  if ("in" in comparison) return <OneOf question={question} chosen={comparison.in} onChange={onChange} />;
  if (!values) {
    return (
      <NumberField
        size="xs"
        flex={1}
        aria-label="Value of the condition"
        value={typeof given === "number" ? given : null}
        onChange={(value) => value !== null && onChange(withValue(value))}
      />
    );
  }
  const chosen = values.findIndex(({ value }) => value === given);
  return (
    <Select
      size="xs"
      flex={1}
      aria-label="Value of the condition"
      data={values.map(({ text }, index) => ({ value: String(index), label: text }))}
      value={chosen === -1 ? null : String(chosen)}
      allowDeselect={false}
      onChange={(index) => {
        const value = values[Number(index)];
        if (index !== null && value) onChange(withValue(value.value));
      }}
    />
  );
}

interface OneOfProps {
  question: Question;
  chosen: ComparedValue[];
  onChange: (comparison: Comparison) => void;
}

function OneOf({ question, chosen, onChange }: OneOfProps) {
  const known = valuesOf(question);
  const values = known ?? chosen.map((value) => ({ value, text: String(value) }));
  if (!known) {
    return (
      <NumberField
        size="xs"
        flex={1}
        aria-label="Value of the condition"
        value={Number(chosen[0])}
        onChange={(value) => value !== null && onChange({ question: question.key, in: [value] })}
      />
    );
  }
  return (
    <MultiSelect
      size="xs"
      flex={1}
      aria-label="Value of the condition"
      data={values.map(({ text }, index) => ({ value: String(index), label: text }))}
      value={values.flatMap(({ value }, index) => (chosen.includes(value) ? [String(index)] : []))}
      onChange={(indices) =>
        onChange({
          question: question.key,
          in: values.filter((_, index) => indices.includes(String(index))).map(({ value }) => value),
        })
      }
    />
  );
}
