import { Alert, Button, Group, ScrollArea, Table, Text } from "@mantine/core";
import type { DicomPredictionSeen, DicomPredictionsPreview } from "@/api/dicomPredictions";
import { counted } from "@/domain/counted";

interface DicomPredictionsSeenProps {
  seen: DicomPredictionsPreview;
  isStoring: boolean;
  onStore: () => void;
  onDrop: () => void;
}

const CHANGES: Record<DicomPredictionSeen["change"], string> = {
  NEW: "new",
  SUPERSEDES: "counts instead of an earlier one",
  UNCHANGED: "already there",
};

const KINDS: Record<string, string> = {
  POINT: "point",
  LENGTH: "line",
  RECTANGLE: "box",
  ELLIPSE: "ellipse",
  FREEHAND: "contour",
  SPHERE: "sphere",
  SEGMENT: "3D segment",
};

/** More rows than a person reads; the rest is counted. */
const MOST_ROWS = 200;

/** What files would be as predictions: file by file, then by imaging study and finding; nothing is stored yet. */
export function DicomPredictionsSeen({ seen, isStoring, onStore, onDrop }: DicomPredictionsSeenProps) {
  const changed = seen.predictions.filter(({ change }) => change !== "UNCHANGED").length;
  return (
    <>
      <Files files={seen.files} />
      {seen.warnings.length > 0 && (
        <Alert color="yellow" variant="light" title="To know before you store">
          {seen.warnings.slice(0, MOST_ROWS).map(({ field, detail }) => (
            <Text size="sm" key={`${field} ${detail}`} style={{ overflowWrap: "anywhere" }}>
              {field}: {detail}
            </Text>
          ))}
        </Alert>
      )}
      <ScrollArea.Autosize mah={420}>
        <Table aria-label="Predictions in the files" stickyHeader verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Imaging study or finding</Table.Th>
              <Table.Th w={90} ta="right">
                Score
              </Table.Th>
              <Table.Th w={300}>Of</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {seen.predictions.slice(0, MOST_ROWS).map((one) => (
              <Prediction key={one.imaging_study_uid} one={one} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {seen.predictions.length > MOST_ROWS && (
        <Text size="sm" c="dimmed">
          and {seen.predictions.length - MOST_ROWS} more
        </Text>
      )}
      <Group gap="sm">
        <Button loading={isStoring} disabled={changed === 0} onClick={onStore}>
          Store {counted(changed, "prediction")}
        </Button>
        <Button variant="default" disabled={isStoring} onClick={onDrop}>
          Discard
        </Button>
        {changed === 0 && <Text size="sm">All of it is there already.</Text>}
      </Group>
    </>
  );
}

function Files({ files }: { files: DicomPredictionsPreview["files"] }) {
  return (
    <ScrollArea.Autosize mah={240}>
      <Table aria-label="DICOM files that were read" verticalSpacing={4} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>File</Table.Th>
            <Table.Th w={130}>Kind</Table.Th>
            <Table.Th w={90} ta="right">
              Findings
            </Table.Th>
            <Table.Th w={220}>Made by</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {files.map(({ name, kind, sha256, number_of_findings, algorithm }) => (
            <Table.Tr key={`${name} ${sha256}`}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{name}</Table.Td>
              <Table.Td>{kind === "SEG" ? "segmentation" : "report"}</Table.Td>
              <Table.Td ta="right">{number_of_findings}</Table.Td>
              <Table.Td>{algorithm ? `${algorithm.name} ${algorithm.version ?? ""}` : "not said"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

function Prediction({ one }: { one: DicomPredictionSeen }) {
  return (
    <>
      <Table.Tr>
        <Table.Td fw={600} style={{ overflowWrap: "anywhere" }}>
          {one.imaging_study_uid}
        </Table.Td>
        <Table.Td ta="right">{figure(one.score)}</Table.Td>
        <Table.Td>
          {one.origin.score === "STATED" ? "stated" : "its best finding"}; {CHANGES[one.change]}
        </Table.Td>
      </Table.Tr>
      {one.findings.slice(0, MOST_ROWS).map(({ id, code, score, geometry }) => (
        <Table.Tr key={id}>
          <Table.Td pl="xl" style={{ overflowWrap: "anywhere" }}>
            {id}
          </Table.Td>
          <Table.Td ta="right">{figure(score)}</Table.Td>
          <Table.Td>
            {code.meaning}, {KINDS[geometry.kind] ?? geometry.kind}
          </Table.Td>
        </Table.Tr>
      ))}
    </>
  );
}

const figure = (score: number) => String(Number(score.toPrecision(3)));
