// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { LesionImages } from "./LesionImages";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
// Perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });

/** The network is the boundary: each part answers or fails as said, and every request is noted. */
function network(failing: RegExp): string[] {
  vi.stubGlobal("matchMedia", () => ({
    matches: false,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }));
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname.split("/").slice(6).join("/"));
    if (!failing.test(pathname)) return Response.json(pathname.endsWith("/images") ? { studies: [] } : []);
    return Response.json(
      { title: "Down", code: "unavailable", status: 503, detail: "Later" },
      { status: 503 },
    );
  });
  return asked;
}

function shown() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <MantineProvider>
        <LesionImages
          readerStudyId="s"
          asked={{ case_id: "c", arm: "a", question: "q" }}
          lesions={[]}
          shown="1"
        />
      </MantineProvider>
    </QueryClientProvider>,
  );
  return client;
}

test.each([
  [/images$/, ["c/images"]],
  [/marks/, ["c/marks/a/q"]],
  [/images$|marks/, ["c/images", "c/marks/a/q"]],
])("trying again asks for what has failed (%s)", async (failing, wanted) => {
  const asked = network(failing);
  const client = shown();
  await waitFor(() => expect(asked.sort()).toEqual(["c/images", "c/marks/a/q"]));
  await waitFor(() => expect(client.isFetching()).toBe(0));
  const again = await screen.findByRole("button", { name: "Try again" });
  asked.length = 0;
  fireEvent.click(again);
  await waitFor(() => expect(asked.sort()).toEqual(wanted));
});
