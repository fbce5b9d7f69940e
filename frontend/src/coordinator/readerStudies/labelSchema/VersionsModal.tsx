import { Alert, Badge, Button, Card, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { fetchSchemaVersion, type SchemaVersion, schemaVersionsQuery } from "@/api/labelSchemas";
import { changeLines } from "@/domain/schemaChangeText";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { dateTime } from "@/ui/times";
import type { TakeModalProps } from "./TemplatesModal";

interface VersionsModalProps extends TakeModalProps {
  readerStudyId: string;
  isEditable: boolean;
}

/** Every version of the form: what it changed, and whether the reads of the one before fit it. */
export function VersionsModal({ readerStudyId, isOpen, isEditable, onClose, onTake }: VersionsModalProps) {
  const { data, error, refetch } = useQuery({ ...schemaVersionsQuery(readerStudyId), enabled: isOpen });
  const taking = useMutation({
    mutationFn: (version: number) => fetchSchemaVersion(readerStudyId, version),
    onSuccess: (schema) => onTake(schema.questions),
  });
  return (
    <Modal opened={isOpen} onClose={onClose} title="Versions of the form" size="lg" centered>
      <Stack gap="xs">
        {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {taking.error && <ErrorNotice error={taking.error} />}
        {data?.map((entry) => (
          <VersionCard
            key={entry.version}
            entry={entry}
            onTake={isEditable && !entry.is_in_force ? () => taking.mutate(entry.version) : undefined}
          />
        ))}
      </Stack>
    </Modal>
  );
}

function VersionCard({ entry, onTake }: { entry: SchemaVersion; onTake: (() => void) | undefined }) {
  return (
    <Card withBorder padding="xs">
      <Group justify="space-between" wrap="nowrap">
        <Group gap="xs">
          <Text fw={600} size="sm">
            Version {entry.version}
          </Text>
          {entry.is_in_force && <Badge size="sm">in force</Badge>}
          <Text size="xs" c="dimmed">
            {entry.created_by}, {dateTime(entry.created_at)}; {entry.number_of_questions} questions,{" "}
            {entry.number_of_reads} reads
          </Text>
        </Group>
        {onTake && (
          <Button size="compact-xs" variant="default" onClick={onTake}>
            Build on this one
          </Button>
        )}
      </Group>
      {entry.version > 1 && (
        <>
          <List size="xs" mt={4}>
            {changeLines(entry.changes).map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          <Fit entry={entry} />
        </>
      )}
    </Card>
  );
}

function Fit({ entry }: { entry: SchemaVersion }) {
  const before = entry.version - 1;
  if (entry.misfits.length === 0) {
    return (
      <Text size="xs" c="teal.4" mt={4}>
        Reads of version {before} fit it.
      </Text>
    );
  }
  return (
    <Alert color="yellow" variant="light" p="xs" mt={4} title={`Reads of version ${before} do not fit it`}>
      <List size="xs">
        {entry.misfits.map((reason) => (
          <List.Item key={reason}>{reason}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
