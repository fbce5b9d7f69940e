import { Anchor, Badge, Group, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import type { ReaderProgress, StudyProgress } from "@/api/progress";
import { agreementText, rateText } from "@/domain/progress";
import { dateTime, duration, protocolDay } from "@/ui/times";
import { PartBar } from "./PartBar";
import classes from "./Progress.module.css";
import { Sparkline } from "./Sparkline";

interface ReaderTableProps {
  readerStudyId: string;
  progress: StudyProgress;
}

/** A row for each reader; late ones say so in words. */
export function ReaderTable({ readerStudyId, progress }: ReaderTableProps) {
  return (
    <Table.ScrollContainer minWidth={1080}>
      <Table aria-label="Progress of each reader" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Reader</Table.Th>
            <Table.Th w={300}>Signed, by session and arm</Table.Th>
            <Table.Th>Last 14 days</Table.Th>
            <Table.Th>Forecast</Table.Th>
            <Table.Th ta="right">Time per case</Table.Th>
            <Table.Th>Own repeats</Table.Th>
            <Table.Th ta="right">Last signed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {progress.readers.map((reader) => (
            <ReaderRow
              key={reader.user_id}
              queriesPath={`/reader-studies/${readerStudyId}/queries`}
              readsPath={`/reader-studies/${readerStudyId}/reads?reader=${reader.user_id}`}
              reader={reader}
              firstDay={progress.first_day}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface ReaderRowProps {
  readsPath: string;
  queriesPath: string;
  reader: ReaderProgress;
  firstDay: string;
}

function ReaderRow({ readsPath, queriesPath, reader, firstDay }: ReaderRowProps) {
  const name = reader.name || reader.username;
  return (
    <Table.Tr>
      <Table.Td>
        <Stack gap={2}>
          <Group gap={6}>
            <Anchor
              component={Link}
              size="sm"
              to={readsPath}
              title="Reads of this reader, with their history"
            >
              {name}
            </Anchor>
            <Standing reader={reader} />
          </Group>
          {reader.queries_open + reader.queries_answered > 0 && (
            <Anchor component={Link} size="xs" to={queriesPath}>
              Queries: {reader.queries_open} open, {reader.queries_answered} answered
            </Anchor>
          )}
          {reader.training_accepted_at && (
            <Text size="xs" c="dimmed">
              Training done {dateTime(reader.training_accepted_at)}
            </Text>
          )}
          {reader.at_work && (
            <Text size="xs" c="teal.4" title={`Since ${dateTime(reader.at_work.since)}`}>
              ● reading {reader.at_work.case} now
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <Stack gap={4}>
          {reader.parts.map((part) => (
            <PartBar
              key={`${part.session} ${part.arm}`}
              part={part}
              whose={name}
              to={`${readsPath}&session=${part.session}&arm=${part.arm}`}
            />
          ))}
          {reader.parts.length === 0 && "–"}
        </Stack>
      </Table.Td>
      <Table.Td>
        <Sparkline firstDay={firstDay} counts={reader.signed_by_day} />
        <Text size="xs" c="dimmed">
          {rateText(reader.rate_per_day)}
        </Text>
      </Table.Td>
      <Table.Td>
        <ForecastText reader={reader} />
      </Table.Td>
      <Table.Td ta="right">
        {reader.parts.map((part) => (
          <div key={`${part.session} ${part.arm}`} title={`Session ${part.session}, ${part.arm_name}`}>
            {duration(part.median_active_s)}
          </div>
        ))}
      </Table.Td>
      <Table.Td>{agreementText(reader.agreement)}</Table.Td>
      <Table.Td ta="right" className={classes.moment}>
        {dateTime(reader.last_signed_at)}
      </Table.Td>
    </Table.Tr>
  );
}

function Standing({ reader }: { reader: ReaderProgress }) {
  if (reader.is_withdrawn) return <Mark color="gray">withdrawn</Mark>;
  if (reader.is_overdue) return <Mark color="red">overdue since {protocolDay(reader.due_on)}</Mark>;
  if (reader.forecast.is_behind) return <Mark color="yellow">behind</Mark>;
  return null;
}

function Mark({ color, children }: { color: string; children: React.ReactNode }) {
  return (
    <Badge size="xs" color={color} variant="light" radius="sm">
      {children}
    </Badge>
  );
}

function ForecastText({ reader: { forecast, due_on } }: { reader: ReaderProgress }) {
  return (
    <>
      {forecast.at ? (
        <Text size="sm">{dateTime(forecast.at)}</Text>
      ) : (
        <Text size="xs" c="dimmed">
          {forecast.detail}
        </Text>
      )}
      {forecast.sessions.length > 1 &&
        forecast.sessions.map(
          (at, index) =>
            at !== null && (
              <Text key={at} size="xs" c="dimmed">
                Session {index + 1}: {dateTime(at)}
              </Text>
            ),
        )}
      {due_on && (
        <Text size="xs" c="dimmed">
          due {protocolDay(due_on)}
        </Text>
      )}
    </>
  );
}
