import { Select } from "@mantine/core";
import type { AskedUncertainty, ModelVersion } from "@/api/ai";
import { waysOf } from "@/domain/modelCard";

interface UncertaintySelectProps {
  version: ModelVersion;
  value: AskedUncertainty | null;
  onChange: (asked: AskedUncertainty | null) => void;
}

/** Enough for a spread, and few enough to wait for. */
const SAMPLES = 8;
const DROPOUT_SAMPLES = 20;

/** Whether a run says how uncertain its scores are: only in ways that the version has; nothing where it has none. */
export function UncertaintySelect({ version, value, onChange }: UncertaintySelectProps) {
  const ways = waysFor(version);
  if (ways.length === 0) return null;
  return (
    <Select
      aria-label="Uncertainty of the scores"
      w={270}
      allowDeselect={false}
      data={[
        { value: "", label: "Without uncertainty" },
        ...ways.map(({ asked, label }) => ({ value: asked.method, label })),
      ]}
      value={value?.method ?? ""}
      onChange={(method) => onChange(ways.find(({ asked }) => asked.method === method)?.asked ?? null)}
    />
  );
}

function waysFor({ kind, card }: ModelVersion): { asked: AskedUncertainty; label: string }[] {
  const allowed = card?.input.augmentations;
  const augmented = allowed ? Math.min(SAMPLES, waysOf(allowed)) : 0;
  return [
    ...(allowed && kind !== "ENSEMBLE"
      ? [
          {
            asked: { method: "TEST_TIME_AUGMENTATION" as const, samples: augmented },
            label: `Test-time augmentation, ${augmented} samples`,
          },
        ]
      : []),
    ...(kind === "TORCHSCRIPT"
      ? [
          {
            asked: { method: "MC_DROPOUT" as const, samples: DROPOUT_SAMPLES },
            label: `Dropout, ${DROPOUT_SAMPLES} samples`,
          },
        ]
      : []),
  ];
}
