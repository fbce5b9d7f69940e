import { Button, Card, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import {
  AI_MODELS_KEY,
  cancelModelUpload,
  MODEL_VERSIONS_KEY,
  type ModelUpload,
  modelUploadsQuery,
} from "@/api/ai";
import { isOver } from "@/api/jobs";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { JobProgress } from "@/ui/JobProgress";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";

/** Uploads that are being tried or were refused; those that passed are versions. */
export function UploadsSection({ aiModelId }: { aiModelId: string }) {
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery(modelUploadsQuery(aiModelId));
  const passed = data?.filter((upload) => upload.state === "SUCCEEDED").length ?? 0;
  const known = useRef(passed);
  useEffect(() => {
    if (passed !== known.current) void queryClient.invalidateQueries({ queryKey: MODEL_VERSIONS_KEY });
    known.current = passed;
  }, [passed, queryClient]);
  const shown = data?.filter((upload) => upload.state !== "SUCCEEDED") ?? [];
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (shown.length === 0) return null;
  return (
    <Section
      title="Uploads"
      about="A file becomes a version when it passes its trial. Of a refused one nothing is kept but this note."
    >
      <Stack gap="md">
        {shown.map((upload) => (
          <UploadCard key={upload.id} upload={upload} />
        ))}
      </Stack>
    </Section>
  );
}

function UploadCard({ upload }: { upload: ModelUpload }) {
  const queryClient = useQueryClient();
  const cancelling = useMutation({
    mutationFn: () => cancelModelUpload(upload.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: AI_MODELS_KEY }),
  });
  const megabytes = (upload.size_bytes / 2 ** 20).toFixed(1);
  return (
    <Card withBorder padding="sm">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            Version {upload.version} · {upload.file_name || "no name"} · {megabytes} MiB ·{" "}
            {dateTime(upload.created_at)}
          </Text>
          {!isOver(upload) && (
            <Button variant="default" loading={cancelling.isPending} onClick={() => cancelling.mutate()}>
              Cancel
            </Button>
          )}
        </Group>
        <JobProgress job={upload} name="Trial" />
        {cancelling.error && <ErrorNotice error={cancelling.error} />}
      </Stack>
    </Card>
  );
}
