import type { QueryClient } from "@tanstack/react-query";
import type { RouteObject } from "react-router";
import { openEarly } from "@/api/opening";
import { meQuery } from "@/api/queries";

/** The reader's home, inside the shell. */
export const worklistRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./WorklistScreen")).WorklistScreen }) },
];

/** The reading room takes the whole window. The first time, its data comes while its code does. */
export function readingRoomRoutes(client: QueryClient): RouteObject[] {
  let isScreenHere = false;
  return [
    {
      path: "assignments/:assignmentId",
      loader: ({ params }) => {
        if (isScreenHere || !params.assignmentId) return null;
        openEarly(params.assignmentId);
        void client.prefetchQuery(meQuery);
        return null;
      },
      lazy: async () => {
        fetchViewer();
        const { ReadingScreen } = await import("./ReadingScreen");
        isScreenHere = true;
        return { Component: ReadingScreen };
      },
    },
    {
      path: "assignments/:assignmentId/images",
      lazy: async () => {
        fetchViewer();
        return { Component: (await import("./ImageWindowScreen")).ImageWindowScreen };
      },
    },
  ];
}

/** The viewer is by far the largest part: it is fetched beside the screen, not after it, which then says what fails. */
function fetchViewer(): void {
  import("@/viewer").then(({ startCornerstone }) => startCornerstone()).catch(() => undefined);
}
