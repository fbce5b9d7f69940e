import { Alert, Badge, Button, Card, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import {
  type EarlierReads,
  fetchSchemaVersion,
  type SchemaVersion,
  schemaFileUrl,
  schemaVersionsQuery,
} from "@/api/labelSchemas";
import { changeLines } from "@/domain/schemaChangeText";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { dateTime } from "@/ui/times";
import type { TakeModalProps } from "./TemplatesModal";

interface VersionsModalProps extends TakeModalProps {
  readerStudyId: string;
  isEditable: boolean;
}

/** Every version of the form: what it changed, and which earlier reads fit it. */
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
            fileUrl={schemaFileUrl(readerStudyId, entry.version)}
            onTake={isEditable && !entry.is_in_force ? () => taking.mutate(entry.version) : undefined}
          />
        ))}
      </Stack>
    </Modal>
  );
}

interface VersionCardProps {
  entry: SchemaVersion;
  fileUrl: string;
  onTake: (() => void) | undefined;
}

function VersionCard({ entry, fileUrl, onTake }: VersionCardProps) {
  return (
    <Card withBorder padding="xs">
      <Group justify="space-between" wrap="nowrap">
        <Group gap="xs">
          <Text fw={600} size="sm">
            Version {entry.version}
          </Text>
          {entry.is_in_force && <Badge size="sm">in force</Badge>}
          <Text size="xs" c="dimmed">
            {entry.created_by}, {dateTime(entry.created_at)}; {counted(entry.number_of_questions, "question")}
            , {counted(entry.number_of_reads, "read")}
          </Text>
        </Group>
        <Group gap={4} wrap="nowrap">
          {onTake && (
            <Button size="compact-xs" variant="default" onClick={onTake}>
              Build on this one
            </Button>
          )}
          <Button size="compact-xs" variant="default" component="a" href={fileUrl} download>
            Export
          </Button>
        </Group>
      </Group>
      {entry.reason !== "" && <Text size="xs">Changed because: {entry.reason}</Text>}
      {entry.version > 1 && (
        <>
          <List size="xs" mt={4}>
            {changeLines(entry.changes).map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          <Fits entry={entry} />
        </>
      )}
    </Card>
  );
}

/** The reads that there are, by their version; before there are any, those that the version before could have. */
function Fits({ entry }: { entry: SchemaVersion }) {
  const { version, misfits, earlier_reads: earlier } = entry;
  const none = { version: version - 1, number_of_reads: 0, misfits };
  return (earlier.length > 0 ? earlier : [none]).map((reads) => <Fit key={reads.version} reads={reads} />);
}

function Fit({ reads: { version, number_of_reads: number, misfits } }: { reads: EarlierReads }) {
  const which =
    number === 0 ? `Reads of version ${version}` : `${counted(number, "read")} of version ${version}`;
  const verb = number === 0 ? "would" : number === 1 ? "does" : "do";
  if (misfits.length === 0) {
    return (
      <Text size="xs" c="teal.4" mt={4}>
        {which} {number === 0 ? "would fit" : number === 1 ? "fits" : "fit"} it.
      </Text>
    );
  }
  return (
    <Alert color="yellow" variant="light" p="xs" mt={4} title={`${which} ${verb} not fit it`}>
      <List size="xs">
        {misfits.map((reason) => (
          <List.Item key={reason}>{reason}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

function counted(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}
