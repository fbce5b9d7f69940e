import { useQuery } from "@tanstack/react-query";
import { casesQuery } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import type { PartProps } from "../parts";
import { CasePicker } from "./CasePicker";
import { CaseTable } from "./CaseTable";

/** The cases: picked from the imaging studies until the launch, a fixed list afterwards. */
export function CasesPart({ readerStudy }: PartProps) {
  const { data: cases, error, refetch } = useQuery(casesQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!cases) return <LoadingScreen />;
  if (readerStudy.state !== "DRAFT") return <CaseTable cases={cases} />;
  return <CasePicker readerStudy={readerStudy} cases={cases} />;
}
