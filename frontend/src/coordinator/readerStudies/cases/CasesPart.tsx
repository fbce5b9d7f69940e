import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { casesQuery } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import type { PartProps } from "../parts";
import { WithdrawalList } from "../withdrawals/WithdrawalList";
import { CasePicker } from "./CasePicker";
import { CaseTable } from "./CaseTable";

/** The cases: picked from the imaging studies until the launch, a fixed list afterwards. */
export function CasesPart({ readerStudy }: PartProps) {
  const { data: cases, error, refetch } = useQuery(casesQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!cases) return <LoadingScreen />;
  if (readerStudy.state !== "DRAFT") {
    return (
      <Stack gap="lg">
        <CaseTable readerStudy={readerStudy} cases={cases} />
        <WithdrawalList readerStudyId={readerStudy.id} kind="CASE" />
      </Stack>
    );
  }
  return <CasePicker readerStudy={readerStudy} cases={cases} />;
}
