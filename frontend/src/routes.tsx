import type { QueryClient } from "@tanstack/react-query";
import { createBrowserRouter } from "react-router";
import { adjudicationRoutes } from "@/adjudication/routes";
import { coordinatorRoutes, invitationRoutes } from "@/coordinator/routes";
import { readingRoomRoutes, worklistRoutes } from "@/reading/routes";
import { resultsRoutes } from "@/results/routes";
import { ErrorScreen } from "@/ui/ErrorScreen";
import { NotFoundScreen } from "@/ui/NotFoundScreen";
import { Shell } from "@/ui/Shell";

/** The one place that knows every screen; the screens do not know each other. */
export function makeRouter(client: QueryClient) {
  return createBrowserRouter([
    { errorElement: <ErrorScreen />, hydrateFallbackElement: <div />, children: readingRoomRoutes(client) },
    { errorElement: <ErrorScreen />, hydrateFallbackElement: <div />, children: invitationRoutes },
    {
      element: <Shell />,
      errorElement: <ErrorScreen />,
      hydrateFallbackElement: <div />,
      children: [
        ...worklistRoutes,
        ...coordinatorRoutes,
        ...resultsRoutes,
        ...adjudicationRoutes,
        { path: "*", element: <NotFoundScreen /> },
      ],
    },
  ]);
}
