import { Badge, Button, Table, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { putReaderDates, type ReaderDates, type RunningReader, runningReadersQuery } from "@/api/running";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { dateTime, protocolDay } from "@/ui/times";
import { mayWithdraw, type PartProps, useStudyChange } from "../parts";
import { AmendmentReason } from "../protocol/AmendmentReason";
import { WithdrawModal } from "../withdrawals/WithdrawModal";

/** When each reader reads, who is late, and taking a reader out. */
export function ReadersSection({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(runningReadersQuery(readerStudy.id));
  const [reason, setReason] = useState("");
  const saving = useStudyChange(readerStudy.id, (dates: ReaderDates) =>
    putReaderDates(readerStudy.id, { ...dates, reason }),
  );
  const [leaving, setLeaving] = useState<RunningReader | null>(null);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data || data.length === 0) return null;
  const isOver = readerStudy.state === "CLOSED" || readerStudy.state === "LOCKED";
  const isAmendment = readerStudy.state !== "DRAFT" && !isOver;
  return (
    <Section
      title="Readers and their days"
      about="Outside these days a reader can open, save and sign nothing. A day is one of UTC; an empty field is no limit. A later last day lets a late reader go on."
    >
      {saving.error && <ErrorNotice error={saving.error} title="The days were not stored" />}
      {isAmendment && (
        <AmendmentReason
          label="Reason for changing days"
          about="Since the launch each change of days is an amendment of the protocol: say why, then change them."
          value={reason}
          onChange={setReason}
        />
      )}
      <Table aria-label="Readers and their days" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Reader</Table.Th>
            <Table.Th w={190}>First day</Table.Th>
            <Table.Th w={190}>Last day</Table.Th>
            <Table.Th ta="right">Signed</Table.Th>
            <Table.Th>Stands</Table.Th>
            <Table.Th>Terms accepted</Table.Th>
            <Table.Th>Training done</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((reader) => (
            <ReaderRow
              key={reader.reader_id}
              reader={reader}
              isFixed={
                saving.isPending || isOver || (isAmendment && reason.trim() === "") || reader.is_withdrawn
              }
              onDates={saving.mutate}
              onWithdraw={
                mayWithdraw(readerStudy) && !reader.is_withdrawn ? () => setLeaving(reader) : undefined
              }
            />
          ))}
        </Table.Tbody>
      </Table>
      {leaving && (
        <WithdrawModal
          readerStudyId={readerStudy.id}
          what={{ reader_id: leaving.reader_id }}
          name={leaving.name || leaving.username}
          signed={leaving.signed}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}

interface ReaderRowProps {
  reader: RunningReader;
  isFixed: boolean;
  onDates: (dates: ReaderDates) => void;
  /** Undefined where nobody can be withdrawn. */
  onWithdraw: (() => void) | undefined;
}

function ReaderRow({ reader, isFixed, onDates, onWithdraw }: ReaderRowProps) {
  const { reader_id, starts_on, ends_on } = reader;
  const name = reader.name || reader.username;
  const day = (field: "starts_on" | "ends_on", label: string) => (
    <TextInput
      type="date"
      size="xs"
      aria-label={`${label} of ${name}`}
      disabled={isFixed}
      key={reader[field]}
      defaultValue={reader[field] ?? ""}
      onBlur={({ currentTarget: { value } }) =>
        value !== (reader[field] ?? "") && onDates({ reader_id, starts_on, ends_on, [field]: value || null })
      }
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{day("starts_on", "First day")}</Table.Td>
      <Table.Td>{day("ends_on", "Last day")}</Table.Td>
      <Table.Td ta="right">{reader.is_withdrawn ? "–" : `${reader.signed} of ${reader.total}`}</Table.Td>
      <Table.Td>
        <Standing reader={reader} />
      </Table.Td>
      <Table.Td>{dateTime(reader.terms_accepted_at)}</Table.Td>
      <Table.Td>{dateTime(reader.training_accepted_at)}</Table.Td>
      <Table.Td ta="right">
        {onWithdraw && (
          <Button size="compact-xs" variant="default" onClick={onWithdraw} aria-label={`Withdraw ${name}`}>
            Withdraw…
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Standing({ reader }: { reader: RunningReader }) {
  if (reader.is_withdrawn) {
    return (
      <Badge color="gray" variant="light" radius="sm">
        withdrawn
      </Badge>
    );
  }
  if (reader.is_overdue) {
    return (
      <Badge color="red" variant="light" radius="sm">
        overdue since {protocolDay(reader.due_on)}
      </Badge>
    );
  }
  if (reader.total > 0 && reader.signed === reader.total) return <>done</>;
  return reader.due_on ? <>due {protocolDay(reader.due_on)}</> : <>no last day</>;
}
