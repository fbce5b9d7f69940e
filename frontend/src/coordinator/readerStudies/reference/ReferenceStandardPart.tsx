import { Alert, Anchor, Button, FileButton, Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "@/api/problem";
import {
  postReferenceStandard,
  type ReferenceStandard,
  type ReferenceUpload,
  readerStudyFiles,
  referenceStandardQuery,
} from "@/api/readerStudies";
import { counted } from "@/domain/counted";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { RowFaultTable } from "@/ui/RowFaultTable";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { type PartProps, useStudyChange } from "../parts";
import { AdjudicationSection } from "./AdjudicationSection";
import { ConsensusSection } from "./ConsensusSection";
import { FilesSection } from "./FilesSection";
import { SOURCES } from "./sources";
import { VersionsSection } from "./VersionsSection";

/** The truth of the cases: uploaded as a table, checked row by row, kept in versions. */
export function ReferenceStandardPart({ readerStudy }: PartProps) {
  const { data, error, isPending, refetch } = useQuery(referenceStandardQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (isPending) return <LoadingScreen />;
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="In force">
          {data ? (
            <InForce standard={data} />
          ) : (
            <EmptyState title="No reference standard yet">
              Readers can begin without one; the analysis needs it. Upload a table with the truth of each
              case.
            </EmptyState>
          )}
        </Section>
        <UploadSection readerStudy={readerStudy} />
      </SimpleGrid>
      <FilesSection readerStudy={readerStudy} />
      {data && <VersionsSection readerStudy={readerStudy} />}
      {readerStudy.state !== "DRAFT" && <ConsensusSection readerStudy={readerStudy} />}
      {readerStudy.state !== "DRAFT" && <AdjudicationSection readerStudy={readerStudy} />}
    </Stack>
  );
}

function InForce({ standard }: { standard: ReferenceStandard }) {
  const facts = [
    ["Version", String(standard.version)],
    ["Source", `${SOURCES[standard.source]}: ${standard.provenance}`],
    ["Stored", dateTime(standard.created_at)],
    ...(standard.is_masked
      ? [["Cases", "masked until the lock: it was made of the readers’ answers"]]
      : [
          ["Positive cases", String(standard.number_positive)],
          ["Negative cases", String(standard.number_negative)],
          ["Digest (SHA-256)", standard.digest],
        ]),
  ];
  return (
    <Stack gap="sm">
      <Table variant="vertical" aria-label="Reference standard in force">
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={140}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {standard.missing.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          title={`${counted(standard.missing.length, "case")} without a truth`}
        >
          <Text size="sm">{standard.missing.join(", ")}. The analysis leaves them out and says so.</Text>
        </Alert>
      )}
    </Stack>
  );
}

function Uploaded({ standard }: { standard: ReferenceUpload }) {
  const { version, is_repeat, number_positive, number_negative } = standard;
  return (
    <Alert
      color={is_repeat ? "gray" : "teal"}
      variant="light"
      role="status"
      title={is_repeat ? `This is version ${version} already` : `Version ${version} is stored`}
    >
      {number_positive} positive, {number_negative} negative.
      {is_repeat && " The file says the same of every case, so no new version was made."}
    </Alert>
  );
}

function UploadSection({ readerStudy }: PartProps) {
  const [fileName, setFileName] = useState("");
  const uploading = useStudyChange(readerStudy.id, (file: File) =>
    postReferenceStandard(readerStudy.id, file),
  );
  const hasCases = readerStudy.number_of_cases > 0;
  const start = (file: File | null) => {
    if (!file) return;
    setFileName(file.name);
    uploading.mutate(file);
  };
  return (
    <Section
      title="Upload a new version"
      about="Earlier versions stay as they were; an analysis names the one it used."
    >
      <Text size="sm">
        1. Download the example: it already names the cases of this reader study.
        <br />
        2. Write 1 (positive) or 0 (negative) into the column truth. A case with several lesions has a row for
        each; places are in patient millimetres and may be left out.
        <br />
        3. Save as CSV (UTF-8) and upload it.
      </Text>
      <Group gap="sm">
        {hasCases && (
          <Anchor href={readerStudyFiles(readerStudy.id).referenceExample} download size="sm">
            Download the example
          </Anchor>
        )}
        <FileButton accept=".csv,text/csv" onChange={start} key={uploading.submittedAt}>
          {(props) => (
            <Button {...props} loading={uploading.isPending} disabled={!hasCases}>
              Upload CSV
            </Button>
          )}
        </FileButton>
      </Group>
      {!hasCases && (
        <Text size="sm" c="yellow">
          Pick the cases first: the table names them.
        </Text>
      )}
      {uploading.isSuccess && <Uploaded standard={uploading.data} />}
      {uploading.error instanceof Problem && <RowFaultTable problem={uploading.error} fileName={fileName} />}
      {uploading.error && !(uploading.error instanceof Problem) && <ErrorNotice error={uploading.error} />}
    </Section>
  );
}
