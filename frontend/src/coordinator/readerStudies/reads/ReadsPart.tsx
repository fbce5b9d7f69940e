import { Anchor, Badge, Group, NativeSelect, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { type ListedRead, type ReadsWanted, readsQuery } from "@/api/history";
import { progressQuery, type StudyProgress } from "@/api/progress";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime, duration } from "@/ui/times";
import type { PartProps } from "../parts";

const STATES = [
  { value: "", label: "Any state" },
  { value: "OPEN", label: "Opened" },
  { value: "DRAFT", label: "Draft" },
  { value: "SIGNED", label: "Signed" },
  { value: "REOPENED", label: "Reopened" },
];

/** Every read that has been opened, and the way to its history; of the content it shows nothing. */
export function ReadsPart({ readerStudy }: PartProps) {
  const [parameters, setParameters] = useSearchParams();
  const wanted: ReadsWanted = {
    reader: parameters.get("reader") ?? "",
    session: parameters.get("session") ?? "",
    arm: parameters.get("arm") ?? "",
    state: parameters.get("state") ?? "",
  };
  const progress = useQuery(progressQuery(readerStudy.id)).data;
  const { data, error, refetch } = useQuery(readsQuery(readerStudy.id, wanted));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const choose = (changes: Partial<ReadsWanted>) => {
    const chosen = Object.entries({ ...wanted, ...changes }).filter(([, value]) => value !== "");
    setParameters(Object.fromEntries(chosen));
  };
  return (
    <Section
      title="Reads"
      about="Nothing of what was answered stands here. The history of a read shows every revision, field by field, and its signatures; looking at it is an event of the audit trail."
      actions={<ReadsFilter wanted={wanted} progress={progress} onChosen={choose} />}
    >
      {!data && <LoadingScreen />}
      {data?.length === 0 && (
        <EmptyState title="No such read">Nobody has opened a case that fits.</EmptyState>
      )}
      {data !== undefined && data.length > 0 && <ReadTable reads={data} />}
    </Section>
  );
}

interface ReadsFilterProps {
  wanted: ReadsWanted;
  progress: StudyProgress | undefined;
  onChosen: (changes: Partial<ReadsWanted>) => void;
}

function ReadsFilter({ wanted, progress, onChosen }: ReadsFilterProps) {
  const readers = (progress?.readers ?? []).map((one) => ({
    value: one.user_id,
    label: one.name || one.username,
  }));
  const places = (progress?.parts ?? []).map(({ session, arm, arm_name }) => ({
    value: `${session} ${arm}`,
    label: `Session ${session}, ${arm_name}`,
  }));
  return (
    <Group gap="xs" wrap="nowrap">
      <NativeSelect
        aria-label="Reader"
        value={wanted.reader}
        data={[{ value: "", label: "All readers" }, ...readers]}
        onChange={(event) => onChosen({ reader: event.currentTarget.value })}
      />
      {places.length > 1 && (
        <NativeSelect
          aria-label="Session and arm"
          value={wanted.session && wanted.arm ? `${wanted.session} ${wanted.arm}` : ""}
          data={[{ value: "", label: "All sessions and arms" }, ...places]}
          onChange={(event) => {
            const [session = "", arm = ""] = event.currentTarget.value.split(" ");
            onChosen({ session, arm });
          }}
        />
      )}
      <NativeSelect
        aria-label="State"
        value={wanted.state}
        data={STATES}
        onChange={(event) => onChosen({ state: event.currentTarget.value })}
      />
    </Group>
  );
}

function ReadTable({ reads }: { reads: ListedRead[] }) {
  return (
    <Table aria-label="Reads" verticalSpacing={4} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Reader</Table.Th>
          <Table.Th>Case</Table.Th>
          <Table.Th>Session</Table.Th>
          <Table.Th>Arm</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th ta="right">Revisions</Table.Th>
          <Table.Th ta="right">Time in use</Table.Th>
          <Table.Th ta="right">Opened</Table.Th>
          <Table.Th ta="right">Signed</Table.Th>
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {reads.map((read) => (
          <Table.Tr key={read.id}>
            <Table.Td>{read.reader}</Table.Td>
            <Table.Td>
              {read.case} <Kind read={read} />
            </Table.Td>
            <Table.Td>{read.session}</Table.Td>
            <Table.Td>{read.arm}</Table.Td>
            <Table.Td>{read.state.toLowerCase()}</Table.Td>
            <Table.Td ta="right">{read.revision_number}</Table.Td>
            <Table.Td ta="right">{duration(read.active_ms > 0 ? read.active_ms / 1000 : null)}</Table.Td>
            <Table.Td ta="right">{dateTime(read.opened_at)}</Table.Td>
            <Table.Td ta="right">{dateTime(read.signed_at)}</Table.Td>
            <Table.Td ta="right">
              <Anchor component={Link} to={`/reads/${read.id}/history`} size="sm">
                History
              </Anchor>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function kindText({ role, is_training, repeat_number }: ListedRead): string {
  if (role === "ARBITRATION") return "arbitration";
  if (is_training) return "training";
  return repeat_number > 0 ? "hidden repeat" : "";
}

function Kind({ read }: { read: ListedRead }) {
  const word = kindText(read);
  return word === "" ? null : (
    <Badge size="xs" color="grape" variant="light" radius="sm">
      {word}
    </Badge>
  );
}
