import { Anchor, Button, Group, Progress, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { meQuery, readerStudiesQuery } from "@/api/queries";
import type { ReaderStudySummary } from "@/api/types";
import { DemoBadge, ReaderStudyStateBadge } from "@/ui/badges";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { dateTime } from "@/ui/times";
import { CreateReaderStudyModal } from "./CreateReaderStudyModal";

/** Every reader study that the person coordinates, with its state and progress. */
export function ReaderStudiesScreen() {
  const { data: me } = useQuery(meQuery);
  const { data, error, refetch } = useQuery(readerStudiesQuery);
  const [isCreating, setCreating] = useState(false);
  const navigate = useNavigate();
  const mayCreate = me?.is_site_administrator || me?.may_create_reader_studies;
  const studies = data?.results.filter(
    (study) => me?.is_site_administrator || study.my_roles.includes("COORDINATOR"),
  );
  return (
    <Screen
      title="Reader studies"
      about="Each is a protocol of its own: a label schema, cases, readers and a reference standard."
      actions={mayCreate && <Button onClick={() => setCreating(true)}>New reader study</Button>}
    >
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!studies && !error && <LoadingScreen />}
      {studies?.length === 0 && (
        <EmptyState title="No reader study yet">
          {mayCreate
            ? "Make the first one: it takes a name, a form to fill in, cases and readers."
            : "Ask the site administrator for the right to create one, or a coordinator to add you."}
        </EmptyState>
      )}
      {studies && studies.length > 0 && <ReaderStudyTable studies={studies} />}
      {isCreating && (
        <CreateReaderStudyModal
          onClose={() => setCreating(false)}
          onCreated={(id) => void navigate(`/reader-studies/${id}`)}
        />
      )}
    </Screen>
  );
}

function ReaderStudyTable({ studies }: { studies: ReaderStudySummary[] }) {
  return (
    <Table highlightOnHover aria-label="Reader studies">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th w={110}>State</Table.Th>
          <Table.Th ta="right">Cases</Table.Th>
          <Table.Th ta="right">Readers</Table.Th>
          <Table.Th w={240}>Signed reads</Table.Th>
          <Table.Th>Created</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {studies.map((study) => (
          <Table.Tr key={study.id}>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              <Group gap="xs">
                <Anchor component={Link} to={`/reader-studies/${study.id}`} size="sm">
                  {study.name}
                </Anchor>
                {study.is_demo && <DemoBadge />}
              </Group>
            </Table.Td>
            <Table.Td>
              <ReaderStudyStateBadge state={study.state} />
            </Table.Td>
            <Table.Td ta="right">{study.number_of_cases}</Table.Td>
            <Table.Td ta="right">{study.number_of_readers}</Table.Td>
            <Table.Td>
              <SignedBar study={study} />
            </Table.Td>
            <Table.Td style={{ whiteSpace: "nowrap" }}>{dateTime(study.created_at)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function SignedBar({ study }: { study: ReaderStudySummary }) {
  if (study.number_of_assignments === 0) {
    return (
      <Text size="sm" c="dimmed">
        not launched
      </Text>
    );
  }
  const percent = (100 * study.number_signed) / study.number_of_assignments;
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress value={percent} flex={1} aria-label={`${Math.round(percent)} % signed`} />
      <Text size="xs" w={70} ta="right">
        {study.number_signed} / {study.number_of_assignments}
      </Text>
    </Group>
  );
}
