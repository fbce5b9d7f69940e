import { Modal, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  codeListsKey,
  codeListsQuery,
  deleteCodeList,
  postCodeList,
  siteCodeListsQuery,
} from "@/api/codeLists";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { CodeListRows } from "../../codeLists/CodeListRows";
import { UploadListButton } from "../../codeLists/UploadListButton";

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
        <UploadListButton isBusy={uploading.isPending} onFile={(file) => uploading.mutate(file)} />
        {error && <ErrorNotice error={error} />}
        <CodeListRows title="Of this reader study" lists={own.data} onRemove={(id) => removing.mutate(id)} />
        <CodeListRows title="Of the site" lists={site.data} />
      </Stack>
    </Modal>
  );
}
