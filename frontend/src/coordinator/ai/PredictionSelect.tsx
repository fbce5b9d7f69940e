import { type ComboboxItem, MultiSelect, type MultiSelectProps, Text } from "@mantine/core";
import { useMemo } from "react";
import type { PredictionInList } from "@/api/predictions";
import { hasWords, studyFacts, studyName } from "@/domain/predictionWords";

const MOST = 50;
const LISTED = 100;

interface PredictionSelectProps {
  predictions: PredictionInList[];
  /** Ids of the chosen ones. */
  value: string[];
  onChange: (ids: string[]) => void;
}

/** Chooses predictions by what they are of, as their list names it. */
export function PredictionSelect({ predictions, value, onChange }: PredictionSelectProps) {
  const byId = useMemo(() => new Map(predictions.map((one) => [one.id, one])), [predictions]);
  const data = useMemo(
    () =>
      predictions.map((one) => ({ value: one.id, label: labelOf(one), disabled: one.uncertainty !== null })),
    [predictions],
  );
  const renderOption: MultiSelectProps["renderOption"] = ({ option }) => {
    const prediction = byId.get(option.value);
    return prediction ? <PredictionLines prediction={prediction} /> : option.label;
  };
  return (
    <MultiSelect
      label="Predictions"
      description={`Search for description, patient, date, score or UID; at most ${MOST}. A map is of one pass through the model, so a mean of samples has none: run the version there without uncertainty first.`}
      placeholder={value.length === 0 ? "Search or choose" : ""}
      nothingFoundMessage="No prediction matches."
      searchable
      hidePickedOptions
      maxValues={MOST}
      limit={LISTED}
      data={data}
      renderOption={renderOption}
      filter={({ options, search, limit }) =>
        (options as ComboboxItem[])
          .filter(({ value: id, label }) =>
            hasWords(`${label} ${byId.get(id)?.imaging_study_uid ?? ""}`, search),
          )
          .slice(0, limit)
      }
      value={value}
      onChange={onChange}
    />
  );
}

function PredictionLines({ prediction }: { prediction: PredictionInList }) {
  const { imaging_study } = prediction;
  return (
    <div>
      <Text size="sm">{studyName(imaging_study)}</Text>
      <Text size="xs" c="dimmed">
        {studyFacts(imaging_study)} · {scoreOf(prediction)}
      </Text>
    </div>
  );
}

const labelOf = (prediction: PredictionInList): string =>
  `${studyName(prediction.imaging_study)} · ${studyFacts(prediction.imaging_study)} · ${scoreOf(prediction)}`;

const scoreOf = ({ score, uncertainty }: PredictionInList): string =>
  `score ${score.toFixed(3)}${uncertainty ? ", a mean of samples" : ""}`;
