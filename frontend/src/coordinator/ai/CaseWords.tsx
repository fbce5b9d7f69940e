import { Badge, Group, Text } from "@mantine/core";
import { type ListedImagingStudy, studyFacts, studyName } from "@/domain/predictionWords";
import { SyntheticBadge } from "@/ui/badges";

interface CaseWordsProps {
  study: ListedImagingStudy;
  uid: string;
  isSuperseded?: boolean;
}

/** A case as the list of imaging studies tells it. */
export function CaseWords({ study, uid, isSuperseded = false }: CaseWordsProps) {
  return (
    <>
      <Group gap="xs">
        {studyName(study)}
        {study.is_synthetic && <SyntheticBadge />}
        {isSuperseded && (
          <Badge size="xs" color="gray" variant="light" radius="sm">
            superseded
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed" title={uid}>
        {studyFacts(study)}
      </Text>
    </>
  );
}
