import { List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type LeftUndone as Left, leftQuery } from "@/api/running";
import { agreeing, counted } from "@/domain/counted";
import { ErrorNotice } from "@/ui/ErrorNotice";

interface LeftUndoneProps {
  readerStudyId: string;
  /** What comes next: each leaves something else as it is. */
  before: "close" | "lock";
}

/** What is not done, and what becomes of it at the close or at the lock. */
export function LeftUndone({ readerStudyId, before }: LeftUndoneProps) {
  const { data, error, refetch } = useQuery(leftQuery(readerStudyId));
  if (error) {
    return <ErrorNotice error={error} title="What is left was not counted" onRetry={() => void refetch()} />;
  }
  if (!data) return <Text size="sm">Counting what is left…</Text>;
  const lines = before === "close" ? beforeClose(data) : beforeLock(data);
  if (lines.length === 0) {
    return <Text size="sm">{before === "close" ? "All reads are signed." : "Nothing is left open."}</Text>;
  }
  return (
    <List size="sm" spacing={4} aria-label={`Left undone before the ${before}`}>
      {lines.map((line) => (
        <List.Item key={line}>{line}</List.Item>
      ))}
    </List>
  );
}

function beforeClose(left: Left): string[] {
  const { unsigned, begun, reopened } = left;
  const open = openArbitrations(left);
  return [
    unsigned > 0 &&
      `${counted(unsigned, "read")} ${agreeing(unsigned, "is", "are")} not signed, ${begun} of them begun. Their readers will not be able to finish them.`,
    reopened > 0 && `${reopened} of these are reopened: their last signed revision stays in force.`,
    open > 0 &&
      `${counted(open, "arbitration")} ${agreeing(open, "is", "are")} not done. Their arbitrators can go on with them until the lock.`,
    ...both(left),
  ].filter((line) => line !== false);
}

function beforeLock(left: Left): string[] {
  const open = openArbitrations(left);
  return [
    open > 0 &&
      `${counted(open, "arbitration")} ${agreeing(open, "is", "are")} not done. At the lock they stop, and their cases have no final answer.`,
    ...both(left),
  ].filter((line) => line !== false);
}

function both({ arbitrations, vacant_cases, open_queries }: Left): (string | false)[] {
  const stale = arbitrations?.stale ?? 0;
  return [
    stale > 0 &&
      `${counted(stale, "arbitration")} ${agreeing(stale, "was", "were")} signed over reads that have changed since. Until the lock they can be confirmed or reopened.`,
    vacant_cases > 0 &&
      `${counted(vacant_cases, "case")} ${agreeing(vacant_cases, "lacks", "lack")} a reader after a withdrawal (People). Nobody new can read them after the close; arbitrators can decide them until the lock.`,
    open_queries > 0 && `Data queries that are open: ${open_queries}. They can be answered until the lock.`,
  ];
}

function openArbitrations({ arbitrations }: Left): number {
  return arbitrations ? arbitrations.waiting + arbitrations.open : 0;
}
