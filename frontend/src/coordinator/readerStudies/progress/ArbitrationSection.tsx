import { Anchor, Badge, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type ArbitrationCounts, type DoubleReadCase, doubleReadingQuery } from "@/api/arbitration";
import { readerStudyFiles } from "@/api/readerStudies";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { useIsMasked } from "../masking/useIsMasked";

const COLOURS: Record<DoubleReadCase["standing"], string> = {
  READING: "gray",
  VACANT: "red",
  AGREED: "teal",
  WAITING: "yellow",
  OPEN: "blue",
  STALE: "red",
  DONE: "teal",
};

/** How many cases wait for their arbitrator, and on demand where each case stands. */
export function ArbitrationSection(props: { readerStudyId: string; counts: ArbitrationCounts }) {
  const { readerStudyId, counts } = props;
  const [isListed, setListed] = useState(false);
  const isMasked = useIsMasked(readerStudyId);
  return (
    <section aria-label="Arbitration">
      <Group gap="md">
        <Text size="sm" fw={600}>
          Arbitration
        </Text>
        <Text size="sm">
          {counts.waiting} waiting, {counts.open} open, {counts.done} done
          {counts.stale > 0 && `, ${counts.stale} to be confirmed or read anew`}
        </Text>
        <Anchor component="button" type="button" size="sm" onClick={() => setListed(!isListed)}>
          {isListed ? "Hide the cases" : "Show the cases"}
        </Anchor>
        {isMasked === false && (
          <Anchor href={readerStudyFiles(readerStudyId).finalAnswers} download size="sm">
            Final answers (CSV)
          </Anchor>
        )}
        {isMasked && (
          <Text size="sm" c="dimmed">
            Final answers are masked until the reader study is locked.
          </Text>
        )}
      </Group>
      {isListed && <Cases readerStudyId={readerStudyId} />}
    </section>
  );
}

function Cases({ readerStudyId }: { readerStudyId: string }) {
  const { data, error, refetch } = useQuery(doubleReadingQuery(readerStudyId));
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  if (data.cases.length === 0) {
    return <EmptyState title="No case is read twice">They stand here once the cases are drawn.</EmptyState>;
  }
  return (
    <Table mt="xs" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Case</Table.Th>
          <Table.Th>Readers</Table.Th>
          <Table.Th>Arbitrator</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data.cases.map((one) => (
          <Table.Tr key={one.case}>
            <Table.Td>{one.case}</Table.Td>
            <Table.Td>{one.readers.join(", ")}</Table.Td>
            <Table.Td>{one.arbitrator ?? ""}</Table.Td>
            <Table.Td>
              <Badge size="sm" variant="light" radius="sm" tt="none" color={COLOURS[one.standing]}>
                {one.standing_text}
              </Badge>
            </Table.Td>
            <Table.Td>
              {one.read_id && (
                <Anchor component={Link} to={`/reads/${one.read_id}/history`} size="sm">
                  History
                </Anchor>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
