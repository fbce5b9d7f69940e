import { Button, FileButton, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { checkSchemaFile } from "@/api/labelSchemas";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { SchemaPreview, type TakeModalProps } from "./TemplatesModal";

/** A form from a file, looked at before it is taken; a bad file says all that is wrong with it, and where. */
export function ImportModal({ isOpen, onClose, onTake }: TakeModalProps) {
  const checking = useMutation({ mutationFn: async (file: File) => checkSchemaFile(await file.text()) });
  const close = () => {
    checking.reset();
    onClose();
  };
  return (
    <Modal opened={isOpen} onClose={close} title="Import a form" size="lg" centered>
      <Stack gap="sm">
        <Text size="sm">A JSON file that “Export” has written, here or in another portal.</Text>
        <FileButton accept="application/json,.json" onChange={(file) => file && checking.mutate(file)}>
          {(button) => (
            <Button
              {...button}
              variant="default"
              style={{ alignSelf: "flex-start" }}
              loading={checking.isPending}
            >
              Choose the file
            </Button>
          )}
        </FileButton>
        {checking.error && <ErrorNotice error={checking.error} title="The file was not taken" />}
        {checking.data && (
          <>
            <SchemaPreview file={checking.data} />
            <Group justify="flex-end">
              <Button
                onClick={() => {
                  onTake(checking.data.questions);
                  checking.reset();
                }}
              >
                Take this form
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
