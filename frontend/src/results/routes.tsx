import type { RouteObject } from "react-router";

export const resultsRoutes: RouteObject[] = [
  {
    path: "reader-studies/:id/results",
    lazy: async () => ({ Component: (await import("./ResultsScreen")).ResultsScreen }),
  },
];
