import type { RouteObject } from "react-router";
import { openEarly } from "@/api/opening";

/** The reader's home, inside the shell. */
export const worklistRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./WorklistScreen")).WorklistScreen }) },
];

let isScreenHere = false;

/** The reading room takes the whole window. */
export const readingRoomRoutes: RouteObject[] = [
  {
    path: "assignments/:assignmentId",
    loader: ({ params }) => {
      if (!isScreenHere && params.assignmentId) openEarly(params.assignmentId);
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

/** The viewer is by far the largest part: it is fetched beside the screen, not after it, which then says what fails. */
function fetchViewer(): void {
  import("@/viewer").then(({ startCornerstone }) => startCornerstone()).catch(() => undefined);
}
