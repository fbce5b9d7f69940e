import { Alert, Button, Group, Table, Text } from "@mantine/core";
import type { FilesPreview } from "@/api/reference";
import { counted } from "@/domain/counted";
import { LesionTable } from "./LesionTable";
import { SOURCES } from "./sources";

interface FilesSeenProps {
  seen: FilesPreview;
  nextVersion: number;
  isStoring: boolean;
  onStore: () => void;
}

/** What files would be as a version: file by file, then lesion by lesion; nothing is stored yet. */
export function FilesSeen({ seen, nextVersion, isStoring, onStore }: FilesSeenProps) {
  const positive = seen.cases.filter((one) => one.truth === 1).length;
  const changed = seen.cases.filter((one) => one.change === "CHANGED").length;
  const added = seen.cases.filter((one) => one.change === "NEW").length;
  return (
    <>
      <Table aria-label="Files that were read" verticalSpacing={4} maw={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>File</Table.Th>
            <Table.Th w={110}>Kind</Table.Th>
            <Table.Th w={80} ta="right">
              Cases
            </Table.Th>
            <Table.Th w={80} ta="right">
              Lesions
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {seen.files.map((file) => (
            <Table.Tr key={`${file.name} ${file.sha256}`}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{file.name}</Table.Td>
              <Table.Td>{SOURCES[file.kind]}</Table.Td>
              <Table.Td ta="right">{file.number_of_cases}</Table.Td>
              <Table.Td ta="right">{file.number_of_lesions}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group gap="sm">
        <Text size="sm">
          {counted(seen.cases.length, "case")}: {positive} positive, {seen.cases.length - positive} negative
          {seen.base_version !== null &&
            `; against version ${seen.base_version}: ${added} new, ${changed} changed`}
          .
        </Text>
        {seen.repeats_version === null && (
          <Button loading={isStoring} onClick={onStore}>
            Store as version {nextVersion}
          </Button>
        )}
      </Group>
      {seen.repeats_version !== null && (
        <Alert
          color="gray"
          variant="light"
          role="status"
          title={`This is version ${seen.repeats_version} already`}
        >
          The files say the same of every case, so there is nothing to store.
        </Alert>
      )}
      {seen.missing.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          title={`${counted(seen.missing.length, "case")} would have no truth`}
        >
          <Text size="sm">{seen.missing.slice(0, 50).join(", ")}</Text>
        </Alert>
      )}
      <LesionTable cases={seen.cases} label="Lesions in the files" otherwise="the table of its case" />
    </>
  );
}
