import { Alert, Anchor, Button, Code, FileButton, Group, Table, Text } from "@mantine/core";
import { useState } from "react";
import { Problem } from "@/api/problem";
import { type Frame, postFrame, samplingFiles } from "@/api/sampling";
import { mayStratify } from "@/domain/sampling";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { RowFaultTable } from "@/ui/RowFaultTable";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { type PartProps, useStudyChange } from "../parts";

const EXAMPLE = `study_instance_uid,truth,site,size
1.2.840.…1,malignant,A,6–8 mm
1.2.840.…2,benign,B,4–6 mm`;

/** The pool that cases are drawn from: uploaded as a table, checked row by row. */
export function FrameSection({ readerStudy, frame }: PartProps & { frame: Frame | null }) {
  const [fileName, setFileName] = useState("");
  const uploading = useStudyChange(readerStudy.id, (file: File) => postFrame(readerStudy.id, file));
  const start = (file: File | null) => {
    if (!file) return;
    setFileName(file.name);
    uploading.mutate(file);
  };
  return (
    <Section
      title={frame ? `Frame ${frame.number}: ${frame.number_of_candidates} candidates` : "Frame"}
      about="The pool of candidates, larger than the reader study. Only coordinators see it: readers, adjudicators and exports of labels are told nothing of strata."
      actions={
        readerStudy.state === "DRAFT" && (
          <FileButton accept=".csv,text/csv" onChange={start} key={uploading.submittedAt}>
            {(props) => (
              <Button {...props} variant={frame ? "default" : "filled"} loading={uploading.isPending}>
                {frame ? "Upload another frame" : "Upload CSV"}
              </Button>
            )}
          </FileButton>
        )
      }
    >
      {uploading.error instanceof Problem && <RowFaultTable problem={uploading.error} fileName={fileName} />}
      {uploading.error && !(uploading.error instanceof Problem) && <ErrorNotice error={uploading.error} />}
      {frame ? <Facts readerStudy={readerStudy} frame={frame} /> : <HowTo />}
    </Section>
  );
}

function HowTo() {
  return (
    <>
      <Text size="sm">
        A CSV (UTF-8) with a row for each candidate: study_instance_uid names its imaging study in the
        archive, every other column can make strata. Columns have names of your own; each cell holds a word or
        a number. Ranges such as sizes are written as their classes.
      </Text>
      <Code block>{EXAMPLE}</Code>
    </>
  );
}

function Facts({ readerStudy, frame }: PartProps & { frame: Frame }) {
  const files = samplingFiles(readerStudy.id);
  const unusable = frame.columns.filter((column) => !mayStratify(column));
  return (
    <>
      <Group gap="lg">
        <Text size="sm">
          {frame.name}, uploaded {dateTime(frame.created_at)} by {frame.created_by}; from{" "}
          {frame.number_of_patients} patients.
        </Text>
        <Anchor href={files.frameCsv(frame.number)} download size="sm">
          CSV
        </Anchor>
        <Anchor href={files.frame(frame.number)} download={`frame-${frame.number}.json`} size="sm">
          JSON
        </Anchor>
      </Group>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        SHA-256 {frame.digest}
      </Text>
      <Table aria-label="Columns of the frame" verticalSpacing={4} maw={900}>
        <Table.Tbody>
          {frame.columns.map(({ name, number_of_values, values }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={180}>
                {name}
              </Table.Th>
              <Table.Td>
                {values
                  .slice(0, 8)
                  .map(({ value, candidates }) => `${value} (${candidates})`)
                  .join(" · ")}
                {number_of_values > 8 && ` · ${number_of_values - 8} more`}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {unusable.length > 0 && (
        <Alert color="gray" variant="light">
          {unusable.map(({ name }) => name).join(", ")}: too many values to make strata of; write classes.
        </Alert>
      )}
    </>
  );
}
