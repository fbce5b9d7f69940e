import { Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { deleteSiteCodeList, postSiteCodeList, siteCodeListsQuery } from "@/api/codeLists";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { CodeListRows } from "./CodeListRows";
import { UploadListButton } from "./UploadListButton";

/** The site's lists of codes, which every reader study's form builder offers; faulty rows of a file are named. */
export function CodeListsScreen() {
  const client = useQueryClient();
  const lists = useQuery(siteCodeListsQuery);
  const onSuccess = () => client.invalidateQueries({ queryKey: siteCodeListsQuery.queryKey });
  const uploading = useMutation({ mutationFn: postSiteCodeList, onSuccess });
  const removing = useMutation({ mutationFn: deleteSiteCodeList, onSuccess });
  if (lists.error) return <ErrorNotice error={lists.error} onRetry={() => void lists.refetch()} />;
  if (!lists.data) return <LoadingScreen />;
  return (
    <Screen title="Lists of codes" about="They are offered in every reader study.">
      <Stack gap="sm" maw={760}>
        <UploadListButton isBusy={uploading.isPending} onFile={(file) => uploading.mutate(file)} />
        {uploading.error && <ErrorNotice error={uploading.error} title="The list was not stored" />}
        {removing.error && <ErrorNotice error={removing.error} title="The list was not removed" />}
        {uploading.data && (
          <Text size="sm" role="status">
            {uploading.data.name} was stored with {uploading.data.number_of_codes} codes.
          </Text>
        )}
        <CodeListRows title="Of the site" lists={lists.data} onRemove={(id) => removing.mutate(id)} />
      </Stack>
    </Screen>
  );
}
