import { Button, FileButton, Text } from "@mantine/core";

/** Takes a CSV file of codes; what the file has to hold stands beside it. */
export function UploadListButton({ isBusy, onFile }: { isBusy: boolean; onFile: (file: File) => void }) {
  return (
    <>
      <Text size="sm">
        A CSV file with the columns scheme, value, meaning, for example RADLEX, RID50149, pulmonary nodule.
        Its codes are found while a form is built; a form keeps the codes that it uses.
      </Text>
      <FileButton accept="text/csv,.csv" onChange={(file) => file && onFile(file)}>
        {(button) => (
          <Button {...button} variant="default" style={{ alignSelf: "flex-start" }} loading={isBusy}>
            Upload a list
          </Button>
        )}
      </FileButton>
    </>
  );
}
