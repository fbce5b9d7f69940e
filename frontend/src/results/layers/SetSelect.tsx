import { NativeSelect, Text } from "@mantine/core";
import type { OfferedSet } from "@/api/operatingLayers";

export interface ChosenSet {
  reader_study_id: string;
  reference_standard_version: number | null;
}

interface SetSelectProps {
  sets: OfferedSet[];
  value: ChosenSet | null;
  onChange: (value: ChosenSet | null) => void;
  error?: string | undefined;
}

const keyOf = (study: string, version: number) => `${study} ${version}`;

/** Whose cases, and by which locked version of their truth; the newest version of each first. */
export function SetSelect({ sets, value, onChange, error }: SetSelectProps) {
  if (sets.length === 0) {
    return (
      <Text size="sm">
        None of your reader studies has a locked reference standard and predictions of this version. A reader
        study that nobody reads will do: give it cases and an imported truth, and lock that.
      </Text>
    );
  }
  const options = sets.flatMap(({ reader_study: study, versions, cases }) =>
    [...versions].reverse().map((version) => ({
      value: keyOf(study.id, version),
      label: `${study.name}, truth version ${version}: ${cases} ${cases === 1 ? "case" : "cases"} with a prediction`,
    })),
  );
  const version = value?.reference_standard_version;
  return (
    <NativeSelect
      size="xs"
      w={480}
      label="Cases"
      data={[{ value: "", label: "Choose a reader study" }, ...options]}
      value={value && version ? keyOf(value.reader_study_id, version) : ""}
      error={error}
      onChange={(event) => {
        const [study, chosen] = event.currentTarget.value.split(" ");
        onChange(
          study && chosen ? { reader_study_id: study, reference_standard_version: Number(chosen) } : null,
        );
      }}
    />
  );
}
