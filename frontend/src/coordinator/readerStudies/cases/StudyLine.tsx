import { Group, Text } from "@mantine/core";
import type { CaseImagingStudy } from "@/api/readerStudies";
import { SyntheticBadge } from "@/ui/badges";
import { calendarDate } from "@/ui/times";

// In a narrow column the description breaks, and neither the date nor the number does.
const WHOLE = { whiteSpace: "nowrap" } as const;

/** An imaging study of a case in one line: modality, date, what it shows, how many images. */
export function StudyLine({ study }: { study: CaseImagingStudy }) {
  const { modalities, study_date, study_description, number_of_instances, is_synthetic } = study;
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" fw={600} miw={44}>
        {modalities.join(", ") || "–"}
      </Text>
      <Text size="sm" style={WHOLE}>
        {calendarDate(study_date)}
      </Text>
      <Text size="sm">{study_description || "–"}</Text>
      <Text size="sm" c="dimmed" style={WHOLE}>
        {number_of_instances} images
      </Text>
      {is_synthetic && <SyntheticBadge />}
    </Group>
  );
}
