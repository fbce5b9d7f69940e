import { Button, FileButton, Group, Progress, Stack, Text } from "@mantine/core";
import { Dropzone, type FileWithPath } from "@mantine/dropzone";
import { counted } from "@/domain/counted";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { useUpload } from "./useUpload";

// React's types do not know the attribute that every browser has for choosing a folder.
const FOLDER_INPUT = { "aria-label": "Folder", webkitdirectory: "" };

/** Takes files, folders and archives by drop or by choice, and shows how much of them has been sent. */
export function UploadArea({ onStarted }: { onStarted: (jobId: string) => void }) {
  const upload = useUpload(onStarted);
  return (
    <Stack gap="sm">
      <Dropzone
        onDrop={(files) => upload.start(named(files))}
        disabled={upload.isSending}
        activateOnClick={false}
        enablePointerEvents
        p="md"
        aria-label="Drop DICOM files, folders or archives here"
      >
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text fw={600}>Drop DICOM files, folders, .zip or .tar archives here</Text>
            <Text size="sm" c="dimmed">
              What is no image, cut short or not DICOM is refused by name; what is already here is not stored
              twice.
            </Text>
          </div>
          <Group gap="sm" wrap="nowrap">
            <FileButton multiple onChange={(files) => upload.start(named(files))}>
              {(props) => (
                <Button {...props} variant="default" disabled={upload.isSending}>
                  Choose files
                </Button>
              )}
            </FileButton>
            <FileButton multiple onChange={(files) => upload.start(named(files))} inputProps={FOLDER_INPUT}>
              {(props) => (
                <Button {...props} variant="default" disabled={upload.isSending}>
                  Choose a folder
                </Button>
              )}
            </FileButton>
          </Group>
        </Group>
      </Dropzone>
      {upload.isSending && (
        <Group wrap="nowrap">
          <Progress
            flex={1}
            value={100 * upload.fraction}
            animated
            aria-label={`Sending: ${Math.round(100 * upload.fraction)} %`}
          />
          <Text size="sm" role="status">
            Sending {counted(upload.numberOfFiles, "file")}, {Math.round(100 * upload.fraction)} %
          </Text>
          <Button variant="default" onClick={upload.stop}>
            Stop
          </Button>
        </Group>
      )}
      {upload.error ? <ErrorNotice error={upload.error} title="The files were not taken" /> : null}
    </Stack>
  );
}

/** A file with its place in the dropped or chosen folder. */
function named(files: (File | FileWithPath)[]) {
  return files.map((file) => {
    const dropped = "path" in file && typeof file.path === "string" ? file.path : "";
    const path = (file.webkitRelativePath || dropped || file.name).replace(/^(\.?\/)+/, "");
    return { file, path };
  });
}
