import type { RouteObject } from "react-router";

export const readingRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./WorklistScreen")).WorklistScreen }) },
];
