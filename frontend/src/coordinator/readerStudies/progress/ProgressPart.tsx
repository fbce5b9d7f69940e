import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { progressQuery } from "@/api/progress";
import { readerStudyFiles } from "@/api/readerStudies";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import type { PartProps } from "../parts";
import { ArbitrationSection } from "./ArbitrationSection";
import { PartBar } from "./PartBar";
import classes from "./Progress.module.css";
import { ReaderTable } from "./ReaderTable";

/** How far each reader is, how fast, and until when; nothing of what anybody answered. */
export function ProgressPart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery({
    ...progressQuery(readerStudy.id),
    enabled: readerStudy.state !== "DRAFT",
  });
  if (readerStudy.state === "DRAFT") {
    return <EmptyState title="Not launched yet">Readers get their cases at the launch.</EmptyState>;
  }
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const atWork = data.readers.filter((reader) => reader.at_work !== null).length;
  const late = data.readers.filter((reader) => reader.is_overdue).length;
  return (
    <Section
      title={`${data.signed} of ${data.total} reads signed`}
      about={`As of ${dateTime(data.now)}, brought up to date by itself every 15 seconds. ${atWork} reading now, ${late} overdue.`}
      actions={
        <Anchor href={readerStudyFiles(readerStudy.id).randomisation} download size="sm">
          Reading orders (CSV)
        </Anchor>
      }
    >
      {error && <ErrorNotice error={error} title="Not up to date" />}
      <Stack gap={4} className={classes.sums} aria-label="All readers" role="group">
        {data.parts.map((part) => (
          <PartBar
            key={`${part.session} ${part.arm}`}
            part={part}
            whose="All readers"
            to={`/reader-studies/${readerStudy.id}/reads?session=${part.session}&arm=${part.arm}`}
          />
        ))}
      </Stack>
      {data.arbitration && <ArbitrationSection readerStudyId={readerStudy.id} counts={data.arbitration} />}
      <ReaderTable readerStudyId={readerStudy.id} progress={data} />
      <Text size="xs" c="dimmed">
        Rate: reads signed in the last 14 days, over the days since the first opening in that time. Forecast:
        what is left at that rate, session by session, after first days and washouts. Time per case: median of
        the signed reads, without idle time. Own repeats: hidden repeats against the first read of the same
        case; the rating is the mean difference. Reading now: edited within the last 5 minutes. Days are days
        of UTC.
      </Text>
    </Section>
  );
}
