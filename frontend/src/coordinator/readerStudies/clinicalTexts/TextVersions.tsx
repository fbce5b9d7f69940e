import { Card, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type CaseClinicalText, clinicalTextVersionsQuery } from "@/api/clinicalTexts";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { dateTime } from "@/ui/times";
import classes from "./ClinicalTexts.module.css";

interface TextVersionsProps {
  readerStudyId: string;
  row: CaseClinicalText;
  onClose: () => void;
}

/** Every version of a case's text, newest first. */
export function TextVersions({ readerStudyId, row, onClose }: TextVersionsProps) {
  const { data, error, refetch } = useQuery(clinicalTextVersionsQuery(readerStudyId, row.case_id));
  return (
    <Modal opened onClose={onClose} title={`Versions of the text of ${row.case}`} size="lg" centered>
      <Stack gap="xs">
        {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {!error && !data && <Text size="sm">Loading…</Text>}
        {data?.map(({ version, text, stored_at, stored_by }) => (
          <Card key={version} withBorder padding="xs">
            <Group gap="xs">
              <Text fw={600} size="sm">
                Version {version}
              </Text>
              <Text size="xs" c="dimmed">
                {dateTime(stored_at)} by {stored_by}
              </Text>
            </Group>
            {text === "" ? (
              <Text size="sm" c="dimmed">
                The text was taken away.
              </Text>
            ) : (
              <p className={classes.whole}>{text}</p>
            )}
          </Card>
        ))}
      </Stack>
    </Modal>
  );
}
