import type { RouteObject } from "react-router";
import { OnlyForCoordinators } from "@/ui/OnlyFor";

export const resultsRoutes: RouteObject[] = [
  {
    Component: OnlyForCoordinators,
    children: [
      {
        path: "ai-models/:id/versions/:versionId/drift",
        lazy: async () => ({ Component: (await import("./drift/DriftScreen")).DriftScreen }),
      },
    ],
  },
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
  {
    Component: OnlyForCoordinators,
    children: [
      {
        path: "ai-models/:id/versions/:versionId/layers",
        lazy: async () => ({ Component: (await import("./layers/LayersScreen")).LayersScreen }),
      },
    ],
  },
];
