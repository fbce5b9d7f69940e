import type { RouteObject } from "react-router";

export const resultsRoutes: RouteObject[] = [];
