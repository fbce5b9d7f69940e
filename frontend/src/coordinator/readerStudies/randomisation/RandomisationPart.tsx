import { Anchor, Group, SegmentedControl, Select, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type AiOrder,
  checkRandomisation,
  type Randomisation,
  randomisationQuery,
  type Slot,
} from "@/api/designs";
import { readerStudyFiles } from "@/api/readerStudies";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { DrawnAgain } from "../DrawnAgain";
import type { PartProps } from "../parts";

/** The lists as they were drawn, with what anybody needs to draw them again. */
export function RandomisationPart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(randomisationQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  if (data.lists.length === 0) {
    return (
      <EmptyState title="Nothing is drawn yet">
        The lists are drawn once, at the launch, and never again.
      </EmptyState>
    );
  }
  const files = readerStudyFiles(readerStudy.id);
  return (
    <Section
      title="Randomisation"
      about={`Drawn ${dateTime(data.drawn_at)} with the seed ${data.seed}; ${data.algorithm}.`}
      actions={
        <>
          <Anchor href={files.randomisation} download size="sm">
            CSV
          </Anchor>
          <Anchor href={files.randomisationJson} download="randomisation.json" size="sm">
            JSON with its inputs
          </Anchor>
        </>
      }
    >
      <Group gap="sm">
        <DrawnAgain what="lists" check={() => checkRandomisation(readerStudy.id)} />
        <Text size="sm" c="dimmed">
          The server draws the lists again from the stored seed and compares them with these.
        </Text>
      </Group>
      {data.joined_late.length > 0 && (
        <Text size="sm">Joined after the launch, in this order: {data.joined_late.join(", ")}.</Text>
      )}
      {data.ai_order && <OrderedBy order={data.ai_order} />}
      <Lists data={data} />
    </Section>
  );
}

const BY = { AI_SCORE: "by its score", AI_FLAG: "the flagged ones first" };

function OrderedBy({ order }: { order: AiOrder }) {
  const arms = Object.entries(order.arms).map(([arm, by]) => `arm ${arm} ${BY[by]}`);
  const predicted = order.cases.filter(({ prediction_id }) => prediction_id !== null).length;
  return (
    <Text size="sm">
      Ordered at the launch by {order.model_version}: {arms.join(", ")}. {predicted} of {order.cases.length}{" "}
      cases had a prediction; the others come last, and the drawn order decides ties. The predictions are
      named in both files.
    </Text>
  );
}

function Lists({ data }: { data: Randomisation }) {
  const [reader, setReader] = useState(data.lists[0]?.reader ?? "");
  const names = data.lists.map((list) => list.reader);
  const slots = data.lists.find((list) => list.reader === reader)?.slots ?? [];
  return (
    <>
      {names.length <= 6 ? (
        <SegmentedControl data={names} value={reader} onChange={setReader} aria-label="Reader" />
      ) : (
        <Select
          label="Reader"
          maw={300}
          searchable
          allowDeselect={false}
          data={names}
          value={reader}
          onChange={(name) => name && setReader(name)}
        />
      )}
      <Table aria-label={`List of ${reader}`} verticalSpacing={4} maw={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>No.</Table.Th>
            <Table.Th>Session</Table.Th>
            <Table.Th>Arm</Table.Th>
            <Table.Th>Case</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {slots.map((slot, index) => (
            <Table.Tr key={keyOf(slot)}>
              <Table.Td>{index + 1}</Table.Td>
              <Table.Td>{slot.session}</Table.Td>
              <Table.Td>{slot.arm}</Table.Td>
              <Table.Td>{slot.case}</Table.Td>
              <Table.Td>{slot.is_training ? "training" : slot.repeat_number > 0 ? "repeat" : ""}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

const keyOf = (slot: Slot) => `${slot.session} ${slot.case} ${slot.repeat_number}`;
