// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, test } from "vitest";
import { type ModelVersion, modelVersionsQuery } from "@/api/ai";
import { useVersion, VersionFrame } from "./VersionFrame";

beforeAll(() => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
});
afterEach(cleanup);

const Part = () => <p>Version {useVersion().version}</p>;

function show(path: string): void {
  const version = { id: "v", version: "1.0", ai_model: { id: "m", name: "Finder" } } as ModelVersion;
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(modelVersionsQuery.queryKey, [version]);
  const children = [{ path: "drift", element: <Part /> }];
  const routes = [{ path: "/ai-models/:id/versions/:versionId", element: <VersionFrame />, children }];
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={createMemoryRouter(routes, { initialEntries: [path] })} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("a version is there under its own model, and under no other", () => {
  show("/ai-models/m/versions/v/drift");
  expect(screen.getByText("Version 1.0")).toBeTruthy();
  cleanup();
  show("/ai-models/another/versions/v/drift");
  expect(screen.getByRole("heading", { name: "Nothing here" })).toBeTruthy();
  expect(screen.queryByText("Version 1.0")).toBeNull();
});
