import { Button, Checkbox, Group, NumberInput, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type Obstacle,
  putReminderRule,
  type RemindedReader,
  type Reminders,
  remind,
  remindersQuery,
} from "@/api/reminders";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { onFirstClick } from "@/ui/firstClick";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { type PartProps, useStudyChange } from "../parts";
import { MailState, NoMail } from "./MailState";

const LONGEST_DAYS = 90;
const OBSTACLES: Record<Obstacle, string> = {
  "": "",
  not_open: "the reader study is not open",
  no_address: "the account has no address",
  ended: "the last day is over",
  not_started: "the first day has not come",
  reminded_today: "reminded today",
};

/** Reminding readers of what is left: now, or by a rule. */
export function RemindersSection({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(remindersQuery(readerStudy.id));
  const isOver = readerStudy.state === "CLOSED" || readerStudy.state === "LOCKED";
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data || isOver) return null;
  return (
    <Section
      title="Reminders"
      about="A mail that says how many cases are left and names the reader study. At most one a day for each reader, none before the first day or after the last one, and none while nothing can be read."
    >
      {!data.is_mail_configured && <NoMail>No reminders are sent, by hand or by the rule.</NoMail>}
      <RuleForm key={data.after_days} readerStudy={readerStudy} afterDays={data.after_days} />
      {data.readers.length > 0 && <ReaderList readerStudy={readerStudy} reminders={data} />}
    </Section>
  );
}

function RuleForm({ readerStudy, afterDays }: PartProps & { afterDays: number | null }) {
  const [days, setDays] = useState<number | string>(afterDays ?? "");
  const saving = useStudyChange(readerStudy.id, () =>
    putReminderRule(readerStudy.id, days === "" ? null : Number(days)),
  );
  return (
    <>
      {saving.error && <ErrorNotice error={saving.error} title="The rule was not stored" />}
      <Group gap="sm" align="flex-end">
        <NumberInput
          w={340}
          label="Remind after so many days without a signed read"
          placeholder="Never"
          min={1}
          max={LONGEST_DAYS}
          allowDecimal={false}
          value={days}
          onChange={setDays}
        />
        <Button
          variant="default"
          disabled={days === (afterDays ?? "")}
          loading={saving.isPending}
          onClick={() => saving.mutate(undefined)}
        >
          Store the rule
        </Button>
      </Group>
    </>
  );
}

function ReaderList({ readerStudy, reminders }: PartProps & { reminders: Reminders }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const reminding = useStudyChange(
    readerStudy.id,
    (ids: string[]) => remind(readerStudy.id, ids),
    () => setChosen([]),
  );
  const isFree = ({ obstacle }: RemindedReader) => reminders.is_mail_configured && obstacle === "";
  const ids = reminders.readers.filter((one) => isFree(one) && chosen.includes(one.reader_id));
  return (
    <>
      {reminding.error && <ErrorNotice error={reminding.error} title="Nobody was reminded" />}
      <Table aria-label="Reminders" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={40} />
            <Table.Th>Reader</Table.Th>
            <Table.Th ta="right">Left</Table.Th>
            <Table.Th>Last signed</Table.Th>
            <Table.Th>Last reminder</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {reminders.readers.map((one) => (
            <Table.Tr key={one.reader_id}>
              <Table.Td>
                <Checkbox
                  aria-label={`Remind ${one.name || one.username}`}
                  disabled={!isFree(one)}
                  checked={chosen.includes(one.reader_id)}
                  onChange={({ currentTarget: { checked } }) =>
                    setChosen((old) =>
                      checked ? [...old, one.reader_id] : old.filter((id) => id !== one.reader_id),
                    )
                  }
                />
              </Table.Td>
              <Table.Td>{one.name || one.username}</Table.Td>
              <Table.Td ta="right">{one.left}</Table.Td>
              <Table.Td>{dateTime(one.last_signed_at)}</Table.Td>
              <Table.Td>
                {one.newest ? <MailState mail={one.newest} /> : "–"}
                {one.newest?.is_automatic && " (by the rule)"}
              </Table.Td>
              <Table.Td>{OBSTACLES[one.obstacle]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group>
        <Button
          disabled={ids.length === 0}
          loading={reminding.isPending}
          onClick={onFirstClick(() => reminding.mutate(ids.map((one) => one.reader_id)))}
        >
          Send {ids.length || ""} {ids.length === 1 ? "reminder" : "reminders"}
        </Button>
      </Group>
    </>
  );
}
