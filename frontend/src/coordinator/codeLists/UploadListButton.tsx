import { Button, FileButton, Text } from "@mantine/core";
import { useRef } from "react";

/** Takes a CSV file of codes; what the file has to hold stands beside it. */
export function UploadListButton({ isBusy, onFile }: { isBusy: boolean; onFile: (file: File) => void }) {
  const reset = useRef<() => void>(null);
  const onChange = (file: File | null) => {
    if (!file) return;
    onFile(file);
    // The same file, mended, can be chosen again.
    reset.current?.();
  };
  return (
    <>
      <Text size="sm">
        A CSV file with the columns scheme, value, meaning, for example RADLEX, RID50149, pulmonary nodule.
        Its codes are found while a form is built; a form keeps the codes that it uses.
      </Text>
      <FileButton accept="text/csv,.csv" resetRef={reset} onChange={onChange}>
        {(button) => (
          <Button {...button} variant="default" style={{ alignSelf: "flex-start" }} loading={isBusy}>
            Upload a list
          </Button>
        )}
      </FileButton>
    </>
  );
}
