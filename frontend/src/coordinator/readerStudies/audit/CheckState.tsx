import { Alert, Anchor, Button, List, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type AuditCheck, auditChecksQuery, auditFiles, verifyAudit } from "@/api/audit";
import { isOver } from "@/api/jobs";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { useIsMasked } from "../masking/useIsMasked";

/** Whether the trail is whole, as far as the last verification saw; and the way out for it. */
export function CheckState({ readerStudyId }: { readerStudyId: string }) {
  const client = useQueryClient();
  const checks = useQuery(auditChecksQuery(readerStudyId));
  const verify = useMutation({
    mutationFn: () => verifyAudit(readerStudyId),
    onSettled: () => client.invalidateQueries(auditChecksQuery(readerStudyId)),
  });
  const newest = checks.data?.[0];
  const last = checks.data?.find((check) => check.state === "SUCCEEDED");
  const isRunning = newest !== undefined && !isOver(newest);
  const files = auditFiles(readerStudyId);
  const isMasked = useIsMasked(readerStudyId);
  return (
    <Section
      title="Is the trail whole?"
      about="Every event holds the digest of the one before it and of the rows it tells of. The exported trail can be verified without the portal."
      actions={
        <>
          <Anchor href={files.verifier} download="verify_audit.py" size="sm">
            Verifier (Python)
          </Anchor>
          {isMasked === false && (
            <Button
              component="a"
              variant="default"
              href={files.trail}
              download={`audit-${readerStudyId}.jsonl`}
            >
              Export the trail
            </Button>
          )}
          <Button onClick={() => verify.mutate()} loading={verify.isPending || isRunning}>
            Verify now
          </Button>
        </>
      }
    >
      {isMasked && (
        <Text size="sm" c="dimmed">
          The exported trail holds the readers’ answers, which are masked until the reader study is locked. It
          can be verified here all the same.
        </Text>
      )}
      {(checks.error ?? verify.error) && <ErrorNotice error={checks.error ?? verify.error} />}
      {newest?.state === "FAILED" && (
        <Alert color="red" title="The verification could not be made">
          {newest.error_detail}
        </Alert>
      )}
      {last ? <Found check={last} /> : <Text size="sm">Not verified yet.</Text>}
    </Section>
  );
}

const MOST_SHOWN = 20;

function Found({ check }: { check: AuditCheck }) {
  const seen =
    check.number_of_events === null
      ? "all events and the rows they tell of"
      : `${check.number_of_events} events up to ${dateTime(check.newest_event_at)} and the ${check.number_of_rows} rows they tell of`;
  if (check.problems.length === 0) {
    return (
      <Alert color="teal" title="Whole" data-testid="audit-whole">
        Verified {dateTime(check.finished_at)}: {seen}.
      </Alert>
    );
  }
  return (
    <Alert color="red" title="Somebody has changed what is stored" data-testid="audit-broken">
      <Text size="sm">
        Verified {dateTime(check.finished_at)}: {seen}. Found:
      </Text>
      <List size="sm">
        {check.problems.slice(0, MOST_SHOWN).map((problem) => (
          <List.Item key={problem}>{problem}</List.Item>
        ))}
      </List>
      {check.problems.length > MOST_SHOWN && (
        <Text size="sm">… and {check.problems.length - MOST_SHOWN} more.</Text>
      )}
    </Alert>
  );
}
