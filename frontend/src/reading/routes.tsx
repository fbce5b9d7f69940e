import type { QueryClient } from "@tanstack/react-query";
import type { RouteObject } from "react-router";
import { openEarly } from "@/api/opening";
import { meQuery } from "@/api/queries";
import { readQuery } from "@/api/reading";
import { browserName } from "./browserName";
import { fetchViewer } from "./viewerCode";

/** The reader's home, inside the shell. */
export const worklistRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./WorklistScreen")).WorklistScreen }) },
];

/** The reading room takes the whole window. A case is opened before its screen, or the one before, has been drawn. */
export function readingRoomRoutes(client: QueryClient): RouteObject[] {
  return [
    {
      path: "assignments/:assignmentId",
      loader: ({ params }) => {
        const { assignmentId } = params;
        // The case on the screen stays what it is.
        if (!assignmentId || client.getQueryData(readQuery(assignmentId).queryKey)) return null;
        openEarly(assignmentId, browserName());
        void client.prefetchQuery(meQuery);
        return null;
      },
      lazy: async () => {
        const [{ ReadingScreen }] = await Promise.all([import("./ReadingScreen"), viewerSoon()]);
        return { Component: ReadingScreen };
      },
    },
    {
      path: "assignments/:assignmentId/images",
      lazy: async () => {
        const [{ ImageWindowScreen }] = await Promise.all([import("./ImageWindowScreen"), viewerSoon()]);
        return { Component: ImageWindowScreen };
      },
    },
  ];
}

// On a slow line the form is there before the viewer.
const PATIENCE_MS = 1000;

/** With the viewer there the first drawing of the screen has its drawing area already; what fails the screen says. */
function viewerSoon(): Promise<unknown> {
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return Promise.race([fetchViewer().catch(() => undefined), patience]);
}
