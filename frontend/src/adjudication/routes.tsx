import type { RouteObject } from "react-router";

export const adjudicationRoutes: RouteObject[] = [
  {
    path: "adjudication",
    lazy: async () => ({ Component: (await import("./AdjudicationScreen")).AdjudicationScreen }),
  },
];
