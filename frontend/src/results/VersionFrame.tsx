import { useQuery } from "@tanstack/react-query";
import { Outlet, useOutletContext, useParams } from "react-router";
import { type ModelVersion, modelVersionsQuery } from "@/api/ai";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { NotFoundScreen } from "@/ui/NotFoundScreen";

/** The screens of one model version, which are there under its own model only. */
export function VersionFrame() {
  const { id, versionId } = useParams();
  const { data, error, refetch } = useQuery(modelVersionsQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const version = data.find((one) => one.id === versionId && one.ai_model.id === id);
  return version ? <Outlet context={version} /> : <NotFoundScreen />;
}

/** The version whose screen this is. */
export const useVersion = () => useOutletContext<ModelVersion>();
