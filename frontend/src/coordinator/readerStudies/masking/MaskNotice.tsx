import { Alert, Button, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Mask, maskQuery, ownEnd } from "@/api/masking";
import { meQuery } from "@/api/queries";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { dateTime } from "@/ui/times";
import { BreakForm } from "./BreakForm";

/** Says that the readers' answers are masked until the lock, who has broken the mask, and lets one break it. */
export function MaskNotice({ readerStudyId }: { readerStudyId: string }) {
  const { data, error, refetch } = useQuery(maskQuery(readerStudyId));
  const me = useQuery(meQuery).data;
  const [isAsking, setAsking] = useState(false);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data?.is_masking) return null;
  return (
    <Alert
      color={data.is_masked ? "blue" : "orange"}
      variant="light"
      title={data.is_masked ? "Answers are masked until the lock" : "You have broken the mask"}
    >
      <Stack gap="xs">
        <Text size="sm">
          {data.is_masked
            ? "Until the reader study is locked you see that and when questions were answered, not what was answered: labels, marks, consensus, results and the audit's rows are closed."
            : `You see the readers' answers until ${dateTime(ownEnd(data, me?.username))}. What you open is recorded.`}
        </Text>
        {data.is_masked && !isAsking && (
          <Button
            size="xs"
            variant="default"
            style={{ alignSelf: "flex-start" }}
            onClick={() => setAsking(true)}
          >
            Break the mask for an hour
          </Button>
        )}
        {data.is_masked && isAsking && (
          <BreakForm readerStudyId={readerStudyId} onDone={() => setAsking(false)} />
        )}
        <Breaks mask={data} />
      </Stack>
    </Alert>
  );
}

function Breaks({ mask }: { mask: Mask }) {
  if (mask.breaks.length === 0) return null;
  return (
    <List size="xs" aria-label="Who has broken the mask">
      {mask.breaks.map(({ by, reason, created_at }) => (
        <List.Item key={`${by} ${created_at}`}>
          {by}, {dateTime(created_at)}: {reason}
        </List.Item>
      ))}
    </List>
  );
}
