import type { RouteObject } from "react-router";

export const coordinatorRoutes: RouteObject[] = [
  {
    path: "imaging-studies",
    lazy: async () => ({
      Component: (await import("./imaging/ImagingStudiesScreen")).ImagingStudiesScreen,
    }),
  },
];
