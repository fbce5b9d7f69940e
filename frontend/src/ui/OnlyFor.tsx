import { useQuery } from "@tanstack/react-query";
import { Outlet } from "react-router";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import { ErrorNotice } from "./ErrorNotice";
import { LoadingScreen } from "./LoadingScreen";
import { NotFoundScreen } from "./NotFoundScreen";
import { isCoordinator, isSiteAdministrator } from "./whoIs";

/** Screens that are not there for others: whoever types their address sees that and no more, as the server has it. */
function OnlyFor({ isFor }: { isFor: (me: Me) => boolean }) {
  const { data: me, error, refetch } = useQuery(meQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!me) return <LoadingScreen />;
  return isFor(me) ? <Outlet /> : <NotFoundScreen />;
}

export const OnlyForCoordinators = () => <OnlyFor isFor={isCoordinator} />;
export const OnlyForSiteAdministrators = () => <OnlyFor isFor={isSiteAdministrator} />;
