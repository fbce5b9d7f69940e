import { Anchor, FileInput, Group, Progress, Select, Stack, Text } from "@mantine/core";
import type { UploadedKind } from "@/api/ai";

const FORMATS: { value: UploadedKind; label: string; ending: RegExp }[] = [
  { value: "TORCHSCRIPT", label: "TorchScript (torch.jit.save)", ending: /\.(pt|pth|ts)$/i },
  { value: "TORCH_EXPORT", label: "torch.export archive (.pt2)", ending: /\.pt2$/i },
  { value: "ONNX", label: "ONNX", ending: /\.onnx$/i },
];

export interface ModelFile {
  file: File | null;
  kind: UploadedKind | null;
}

interface ModelFileFieldsProps {
  value: ModelFile;
  faults: Partial<Record<keyof ModelFile, string>>;
  onChange: (value: ModelFile) => void;
}

/** The file of a model that the portal shall run, and its format, which is first taken from the name. */
export function ModelFileFields({ value, faults, onChange }: ModelFileFieldsProps) {
  const choose = (file: File | null) => {
    const known = FORMATS.find(({ ending }) => file && ending.test(file.name));
    onChange({ file, kind: known?.value ?? value.kind });
  };
  return (
    <Stack gap="xs">
      <Group grow align="flex-start">
        <FileInput
          label="Model file"
          placeholder="Choose a file"
          required
          clearable
          clearButtonProps={{ "aria-label": "Remove the file" }}
          value={value.file}
          error={faults.file}
          onChange={choose}
        />
        <Select
          label="Format"
          required
          data={FORMATS}
          value={value.kind}
          error={faults.kind}
          onChange={(kind) => onChange({ ...value, kind: kind as UploadedKind | null })}
        />
      </Group>
      <Text size="xs" c="dimmed">
        The file is read and tried on made-up images in a process without network or files; only one that
        passes becomes a version. Pickled models are never loaded.{" "}
        <Anchor
          href="https://docs.pytorch.org/docs/stable/export.html"
          target="_blank"
          rel="noreferrer"
          size="xs"
        >
          How to export a model
        </Anchor>
      </Text>
    </Stack>
  );
}

/** How much of a file has been sent. */
export function SendProgress({ fraction }: { fraction: number }) {
  const percent = Math.round(100 * fraction);
  return (
    <Stack gap={4}>
      <Text size="sm" role="status" aria-live="polite">
        {percent < 100 ? `Sending the file: ${percent} %` : "The file has arrived; it is being stored."}
      </Text>
      <Progress value={percent} animated aria-label={`Sending the file: ${percent} %`} />
    </Stack>
  );
}
