import { Table, Text } from "@mantine/core";
import type { PlanPart, PlanRow, StoredDesign } from "@/api/designs";
import type { ReaderStudy } from "@/api/readerStudies";
import { numberedSessions, sumText } from "@/domain/designs";
import { Section } from "@/ui/Section";
import classes from "./Design.module.css";

interface PlanTableProps {
  stored: StoredDesign;
  readerStudy: ReaderStudy;
}

const MOST_ROWS = 40;

/** What each reader reads in each session, as blocks in the colour of their arm. */
export function PlanTable({ stored, readerStudy }: PlanTableProps) {
  const { design, plan, number_of_reads: reads } = stored;
  const isDrawn = readerStudy.state !== "DRAFT";
  return (
    <Section
      title="What readers read"
      about={sumText(design, readerStudy.number_of_cases, readerStudy.number_of_readers, reads)}
    >
      {plan === null || plan.length === 0 ? (
        <Text size="sm" c="dimmed">
          Choose cases and readers that fit the design, and their lists are shown here.
        </Text>
      ) : (
        <>
          <Table aria-label="Readers and sessions" verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Reader</Table.Th>
                {numberedSessions(design).map(({ number }) => (
                  <Table.Th key={number}>Session {number}</Table.Th>
                ))}
                <Table.Th ta="right">Reads</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {plan.slice(0, MOST_ROWS).map((row) => (
                <ReaderRow key={row.reader} row={row} stored={stored} />
              ))}
            </Table.Tbody>
          </Table>
          <Text size="xs" c="dimmed">
            {plan.length > MOST_ROWS && `And ${plan.length - MOST_ROWS} more readers. `}
            {isDrawn
              ? "As drawn at the launch."
              : "An example: who starts with which arm and who gets which cases is drawn at the launch."}
          </Text>
        </>
      )}
    </Section>
  );
}

function ReaderRow({ row, stored }: { row: PlanRow; stored: StoredDesign }) {
  return (
    <Table.Tr>
      <Table.Td>{row.reader}</Table.Td>
      {numberedSessions(stored.design).map(({ number }) => (
        <Table.Td key={number}>
          <div className={classes.parts}>
            {row.parts
              .filter(({ session }) => session === number)
              .sort((one, other) => Number(other.is_training) - Number(one.is_training))
              .map((part) => (
                <Part key={textOf(part, stored)} part={part} stored={stored} />
              ))}
          </div>
        </Table.Td>
      ))}
      <Table.Td ta="right">{row.reads}</Table.Td>
    </Table.Tr>
  );
}

function Part({ part, stored }: { part: PlanPart; stored: StoredDesign }) {
  const number = stored.design.arms.findIndex(({ key }) => key === part.arm);
  const look = part.is_training ? classes.training : number === 0 ? classes.first : classes.second;
  return <span className={`${classes.part} ${look}`}>{textOf(part, stored)}</span>;
}

function textOf(part: PlanPart, { design }: StoredDesign): string {
  if (part.is_training) return `${part.reads} training`;
  const name = design.arms.find(({ key }) => key === part.arm)?.name ?? part.arm;
  return part.is_repeat ? `${part.reads} repeated, ${name}` : `${part.reads} ${name}`;
}
