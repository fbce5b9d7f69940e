import type { RouteObject } from "react-router";
import { OnlyForCoordinators, OnlyForSiteAdministrators } from "@/ui/OnlyFor";

const readerStudy = async () => ({
  Component: (await import("./readerStudies/ReaderStudyScreen")).ReaderStudyScreen,
});

/** Outside the frame of every other screen, which asks who is signed in. */
export const invitationRoutes: RouteObject[] = [
  {
    path: "invitation",
    lazy: async () => ({ Component: (await import("./account/InvitationScreen")).InvitationScreen }),
  },
];

export const coordinatorRoutes: RouteObject[] = [
  {
    Component: OnlyForCoordinators,
    children: [
      {
        path: "imaging-studies",
        lazy: async () => ({
          Component: (await import("./imaging/ImagingStudiesScreen")).ImagingStudiesScreen,
        }),
      },
      {
        path: "reader-studies",
        lazy: async () => ({
          Component: (await import("./readerStudies/ReaderStudiesScreen")).ReaderStudiesScreen,
        }),
      },
      {
        path: "ai-models",
        lazy: async () => ({ Component: (await import("./ai/AiModelsScreen")).AiModelsScreen }),
      },
      {
        path: "ai-models/:id",
        lazy: async () => ({ Component: (await import("./ai/AiModelScreen")).AiModelScreen }),
      },
      {
        path: "ai-models/:id/versions/:versionId/predictions/:predictionId",
        lazy: async () => ({ Component: (await import("./ai/PredictionScreen")).PredictionScreen }),
      },
    ],
  },
  {
    Component: OnlyForSiteAdministrators,
    children: [
      {
        path: "webhooks",
        lazy: async () => ({ Component: (await import("./webhooks/WebhooksScreen")).WebhooksScreen }),
      },
      {
        path: "code-lists",
        lazy: async () => ({ Component: (await import("./codeLists/CodeListsScreen")).CodeListsScreen }),
      },
      {
        path: "people",
        lazy: async () => ({ Component: (await import("./account/PeopleScreen")).PeopleScreen }),
      },
    ],
  },
  { path: "reader-studies/:id", lazy: readerStudy },
  { path: "reader-studies/:id/:part", lazy: readerStudy },
  {
    path: "reads/:readId/history",
    lazy: async () => ({
      Component: (await import("./history/ReadHistoryScreen")).ReadHistoryScreen,
    }),
  },
  {
    path: "account",
    lazy: async () => ({ Component: (await import("./account/AccountScreen")).AccountScreen }),
  },
  {
    path: "account/preferences",
    lazy: async () => ({
      Component: (await import("./account/preferences/PreferencesScreen")).PreferencesScreen,
    }),
  },
];
