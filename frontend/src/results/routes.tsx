import type { RouteObject } from "react-router";
import { NotFoundScreen } from "@/ui/NotFoundScreen";
import { OnlyForCoordinators } from "@/ui/OnlyFor";

export const resultsRoutes: RouteObject[] = [
  {
    Component: OnlyForCoordinators,
    children: [
      {
        path: "ai-models/:id/versions/:versionId",
        lazy: async () => ({ Component: (await import("./VersionFrame")).VersionFrame }),
        children: [
          { index: true, Component: NotFoundScreen },
          {
            path: "drift",
            lazy: async () => ({ Component: (await import("./drift/DriftScreen")).DriftScreen }),
          },
          {
            path: "layers",
            lazy: async () => ({ Component: (await import("./layers/LayersScreen")).LayersScreen }),
          },
        ],
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
];
