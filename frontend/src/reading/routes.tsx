import type { RouteObject } from "react-router";

/** The reader's home, inside the shell. */
export const worklistRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./WorklistScreen")).WorklistScreen }) },
];

/** The reading room takes the whole window. */
export const readingRoomRoutes: RouteObject[] = [
  {
    path: "assignments/:assignmentId",
    lazy: async () => ({ Component: (await import("./ReadingScreen")).ReadingScreen }),
  },
  {
    path: "assignments/:assignmentId/images",
    lazy: async () => ({ Component: (await import("./ImageWindowScreen")).ImageWindowScreen }),
  },
];
