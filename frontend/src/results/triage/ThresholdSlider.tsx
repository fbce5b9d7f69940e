import { Slider, Stack, Text } from "@mantine/core";
import { percentText } from "@/domain/resultText";
import type { OperatingPoint } from "@/domain/triage";

interface ThresholdSliderProps {
  points: OperatingPoint[];
  /** Place in `points`. */
  index: number;
  onChange: (index: number) => void;
}

/** From which score on the AI flags a case, with what that means in this reader study. */
export function ThresholdSlider({ points, index, onChange }: ThresholdSliderProps) {
  const point = points[index];
  if (!point) return null;
  // So many digits that two thresholds seldom look alike.
  const text = String(Number(point.threshold.toPrecision(6)));
  return (
    <Stack gap={4} maw={460}>
      <Text size="sm">
        Flagged from {text} on: sensitivity {percentText(point.sensitivity)}, specificity{" "}
        {percentText(point.specificity)}
      </Text>
      <Slider
        thumbLabel="Threshold, by operating point"
        thumbProps={{ "aria-valuetext": text }}
        label={null}
        min={0}
        max={points.length - 1}
        value={index}
        onChange={onChange}
      />
    </Stack>
  );
}
