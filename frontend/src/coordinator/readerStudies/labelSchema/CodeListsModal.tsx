import { ActionIcon, Button, FileButton, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  type CodeList,
  codeListsKey,
  codeListsQuery,
  deleteCodeList,
  postCodeList,
  siteCodeListsQuery,
} from "@/api/codeLists";
import { ErrorNotice } from "@/ui/ErrorNotice";

interface CodeListsModalProps {
  readerStudyId: string;
  isOpen: boolean;
  onClose: () => void;
}

/** Where the codes come from that are found while typing; faulty rows of a file are named. */
export function CodeListsModal({ readerStudyId, isOpen, onClose }: CodeListsModalProps) {
  const client = useQueryClient();
  const own = useQuery({ ...codeListsQuery(readerStudyId), enabled: isOpen });
  const site = useQuery({ ...siteCodeListsQuery, enabled: isOpen });
  const onSuccess = () => client.invalidateQueries({ queryKey: codeListsKey(readerStudyId) });
  const uploading = useMutation({ mutationFn: (file: File) => postCodeList(readerStudyId, file), onSuccess });
  const removing = useMutation({ mutationFn: (id: string) => deleteCodeList(readerStudyId, id), onSuccess });
  const error = own.error ?? site.error ?? uploading.error ?? removing.error;
  return (
    <Modal opened={isOpen} onClose={onClose} title="Lists of codes" size="lg" centered>
      <Stack gap="sm">
        <Text size="sm">
          A CSV file with the columns scheme, value, meaning, for example RADLEX, RID50149, pulmonary nodule.
          Its codes are found while you type; the form keeps the codes that it uses.
        </Text>
        <FileButton accept="text/csv,.csv" onChange={(file) => file && uploading.mutate(file)}>
          {(button) => (
            <Button
              {...button}
              variant="default"
              style={{ alignSelf: "flex-start" }}
              loading={uploading.isPending}
            >
              Upload a list
            </Button>
          )}
        </FileButton>
        {error && <ErrorNotice error={error} />}
        <Lists title="Of this reader study" lists={own.data} onRemove={(id) => removing.mutate(id)} />
        <Lists title="Of the site" lists={site.data} />
      </Stack>
    </Modal>
  );
}

interface ListsProps {
  title: string;
  lists: CodeList[] | undefined;
  onRemove?: (id: string) => void;
}

function Lists({ title, lists, onRemove }: ListsProps) {
  return (
    <section aria-label={title}>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {lists?.length === 0 && (
        <Text size="xs" c="dimmed">
          None.
        </Text>
      )}
      {lists?.map(({ id, name, number_of_codes }) => (
        <Group key={id} gap="xs">
          <Text size="sm">
            {name}: {number_of_codes} codes
          </Text>
          {onRemove && (
            <ActionIcon
              size="sm"
              variant="default"
              aria-label={`Remove the list ${name}`}
              onClick={() => onRemove(id)}
            >
              ×
            </ActionIcon>
          )}
        </Group>
      ))}
    </section>
  );
}
