import type { RouteObject } from "react-router";

export const resultsRoutes: RouteObject[] = [
  {
    path: "reader-studies/:id/results",
    lazy: async () => ({ Component: (await import("./ResultsScreen")).ResultsScreen }),
  },
  {
    path: "reader-studies/:id/results/:runId/triage",
    lazy: async () => ({ Component: (await import("./triage/TriageScreen")).TriageScreen }),
  },
  {
    path: "reader-studies/:id/results/:runId/cases/:caseId",
    lazy: async () => ({ Component: (await import("./CaseScreen")).CaseScreen }),
  },
];
