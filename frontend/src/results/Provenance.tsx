import { Anchor, Code, Group, SimpleGrid, Table, Text } from "@mantine/core";
import { type AnalysisRun, analysisFiles, armText } from "@/api/analysis";
import type { AnalysisResult, Exclusion } from "@/domain/analysisResult";
import type { PlannedResult } from "@/domain/plannedResult";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";

const COUNTS: { name: string; title: string }[] = [
  { name: "cases", title: "Cases" },
  { name: "cases_analysed", title: "Cases that count" },
  { name: "positives", title: "Positive cases" },
  { name: "negatives", title: "Negative cases" },
  { name: "without_truth", title: "Cases without a truth" },
  { name: "patients", title: "Patients" },
  { name: "cases_training", title: "Cases for training, left out" },
  { name: "cases_withdrawn", title: "Cases withdrawn, left out" },
  { name: "readers", title: "Readers" },
  { name: "readers_withdrawn", title: "Readers withdrawn, left out" },
  { name: "reads_void", title: "Reads withdrawn, left out" },
  { name: "reads_assigned", title: "Reads assigned" },
  { name: "reads_signed", title: "Reads signed" },
  { name: "reads_reopened", title: "Reads reopened since" },
  { name: "reads_simulated", title: "Reads simulated (demo)" },
  { name: "predictions", title: "AI predictions" },
];

interface ProvenanceProps {
  run: AnalysisRun;
  result: AnalysisResult | PlannedResult;
}

/** What went in, what was left out and why, and how to check that nothing has changed since. */
export function Provenance({ run, result }: ProvenanceProps) {
  const files = analysisFiles(run.id);
  const counts: Record<string, number> = result.counts;
  return (
    <>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Section title="What went in">
          <Table aria-label="Counts">
            <Table.Tbody>
              {COUNTS.filter(({ name }) => name in counts).map((count) => (
                <Table.Tr key={count.name}>
                  <Table.Th scope="row">{count.title}</Table.Th>
                  <Table.Td ta="right">{counts[count.name]}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Section>
        <Section
          title="What was left out"
          actions={
            <Anchor href={files.figure("exclusions")} download size="sm">
              CSV
            </Anchor>
          }
        >
          <Exclusions exclusions={result.exclusions} />
        </Section>
      </SimpleGrid>
      <Section
        title="Provenance"
        about="The same snapshot and software give the same bytes; the digests (SHA-256) prove it."
      >
        <Table variant="vertical" aria-label="Provenance">
          <Table.Tbody>
            <Table.Tr>
              <Table.Th w={140}>Snapshot digest</Table.Th>
              <Table.Td>
                <Code>{run.snapshot_digest}</Code>
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th>Result digest</Table.Th>
              <Table.Td>
                <Code>{run.result_digest}</Code>
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th>Reference standard</Table.Th>
              <Table.Td>
                Version {run.reference_standard_version}, locked: whether each case is diseased; its lesions
                enter no figure
              </Table.Td>
            </Table.Tr>
            {run.arm && (
              <Table.Tr>
                <Table.Th>Arm</Table.Th>
                <Table.Td>{armText(run.arm)}</Table.Td>
              </Table.Tr>
            )}
            <Table.Tr>
              <Table.Th>Run</Table.Th>
              <Table.Td>
                {dateTime(run.finished_at)}
                {run.requested_by && `, asked for by ${run.requested_by}`}
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th>Software</Table.Th>
              <Table.Td>
                {Object.entries(result.software)
                  .map(([name, version]) => `${name} ${version}`)
                  .join(", ")}
              </Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
        <Group gap="lg">
          <Anchor href={files.result} download={`result-${run.id}.json`} size="sm">
            Result (JSON)
          </Anchor>
          <Anchor href={files.snapshot} download={`snapshot-${run.id}.json`} size="sm">
            Snapshot (JSON)
          </Anchor>
          <Anchor href={files.bundle} download size="sm">
            {"plan" in result
              ? "All in one archive, with tables and a script that computes it again"
              : "Both in one file"}
          </Anchor>
        </Group>
      </Section>
    </>
  );
}

function Exclusions({ exclusions }: { exclusions: Exclusion[] }) {
  if (exclusions.length === 0) return <Text size="sm">Nothing.</Text>;
  return (
    <Table aria-label="Exclusions">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Whose</Table.Th>
          <Table.Th>Why</Table.Th>
          <Table.Th ta="right">How many</Table.Th>
          <Table.Th>Cases</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {exclusions.map((exclusion) => (
          <Table.Tr
            key={`${exclusion.participant ?? exclusion.subject} ${exclusion.name} ${exclusion.reason}`}
          >
            <Table.Td>{exclusion.name || "everybody's"}</Table.Td>
            <Table.Td>{exclusion.detail}</Table.Td>
            <Table.Td ta="right">{exclusion.n}</Table.Td>
            <Table.Td>{exclusion.cases.join(", ")}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
