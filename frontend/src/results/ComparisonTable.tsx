import { Table, Text } from "@mantine/core";
import {
  type AnalysisResult,
  type Comparison,
  isUndefined,
  type PairedAuc,
  type PairedProportion,
  type TestOutcome,
  type Undefined,
} from "@/domain/analysisResult";
import { pText, testDetail } from "@/domain/resultText";
import { EmptyState } from "@/ui/EmptyState";
import { OutcomeText } from "./OutcomeText";

type Block = PairedProportion | PairedAuc;

const ROWS: {
  name: string;
  test: string;
  of: (comparison: Comparison) => Block | Undefined;
}[] = [
  { name: "Sensitivity", test: "McNemar, exact", of: (comparison) => comparison.sensitivity },
  { name: "Specificity", test: "McNemar, exact", of: (comparison) => comparison.specificity },
  { name: "AUC", test: "DeLong", of: (comparison) => comparison.auc },
];

/** The test whose p value is shown; the others are behind it. */
function mainTest(block: Block): TestOutcome {
  return "delong" in block.tests ? block.tests.delong : block.tests.exact;
}

/** Paired tests of the AI against each reader. */
export function ComparisonTable({ result }: { result: AnalysisResult }) {
  const names = new Map(result.participants.map((participant) => [participant.key, participant.name]));
  if (result.comparisons.length === 0) {
    return (
      <EmptyState title="Nothing to compare">
        A comparison needs an AI model in the reader study, with predictions, and at least one reader.
      </EmptyState>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={1000}>
        <Table aria-label="AI compared with each reader">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Reader</Table.Th>
              <Table.Th>Cases (positive / negative)</Table.Th>
              <Table.Th>Measure</Table.Th>
              <Table.Th>AI</Table.Th>
              <Table.Th>Reader</Table.Th>
              <Table.Th>Difference</Table.Th>
              <Table.Th>p</Table.Th>
              <Table.Th>Test</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {result.comparisons.flatMap((comparison) =>
              ROWS.map((row, index) => (
                <Table.Tr key={`${comparison.b} ${row.name}`}>
                  {index === 0 && (
                    <>
                      <Table.Th scope="rowgroup" rowSpan={ROWS.length}>
                        {names.get(comparison.b) ?? comparison.b}
                      </Table.Th>
                      <Table.Td rowSpan={ROWS.length}>
                        {comparison.n} ({comparison.positives} / {comparison.negatives})
                      </Table.Td>
                    </>
                  )}
                  <Table.Td>{row.name}</Table.Td>
                  <Cells block={row.of(comparison)} test={row.test} />
                </Table.Tr>
              )),
            )}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed">
        p values are not adjusted for the number of comparisons. Point at a p value for the other forms of the
        test.
      </Text>
    </>
  );
}

interface CellsProps {
  block: Block | Undefined;
  test: string;
}

function Cells({ block, test }: CellsProps) {
  if (isUndefined(block)) {
    return (
      <Table.Td colSpan={5}>
        <OutcomeText outcome={block} />
      </Table.Td>
    );
  }
  return (
    <>
      <Table.Td>
        <OutcomeText outcome={block.a} />
      </Table.Td>
      <Table.Td>
        <OutcomeText outcome={block.b} />
      </Table.Td>
      <Table.Td>
        <OutcomeText outcome={block.difference} isDifference />
      </Table.Td>
      <Table.Td>
        <PValue block={block} />
      </Table.Td>
      <Table.Td>{test}</Table.Td>
    </>
  );
}

function PValue({ block }: { block: Block }) {
  const details = [...Object.values(block.tests).map(testDetail), countsText(block)].filter(Boolean);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the tests behind a p value are reached by keyboard too
    <span tabIndex={0} data-hint={details.join("\n")}>
      {pText(mainTest(block))}
    </span>
  );
}

function countsText(block: Block): string {
  if (!("counts" in block)) return "";
  const { both, only_a, only_b, neither } = block.counts;
  return `Right: both ${both}, only the AI ${only_a}, only the reader ${only_b}, neither ${neither}`;
}
