// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ReaderStudy } from "@/api/readerStudies";
import { TermsSection } from "./TermsSection";

beforeAll(() => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
// A whole screen under a simulated browser, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status === 200 ? "application/json" : "application/problem+json" },
  });

/** The network is the boundary: the terms that are stored, as their route keeps them. */
function network(text: string) {
  const state = { text, version: 1 };
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "PUT") {
      const sent = await request.json();
      if (sent.base !== state.text) {
        return json({ title: "Conflict", status: 409, code: "stale_terms", detail: "Look again." }, 409);
      }
      Object.assign(state, { text: sent.text, version: state.version + 1 });
    }
    return json({ ...state, stored_at: "2026-01-01T00:00:00Z", accepted_at: null });
  });
  return state;
}

function shown() {
  const readerStudy = { id: "s", state: "DRAFT" } as ReaderStudy;
  const router = createMemoryRouter([{ path: "/", element: <TermsSection readerStudy={readerStudy} /> }]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.findByRole("textbox", { name: "Terms" });
}

const STALE = "It was changed elsewhere meanwhile";

test.each([
  { way: "Store mine over it", stands: "mine" },
  { way: "Show what is stored, drop mine", stands: "theirs" },
])("terms that another tab has stored are not overwritten unasked: $way", async ({ way, stands }) => {
  const state = network("old");
  const field = await shown();
  fireEvent.change(field, { target: { value: "mine" } });
  state.text = "theirs";
  fireEvent.click(screen.getByRole("button", { name: /^Store as version/ }));
  await screen.findByText(STALE);
  expect([state.text, (field as HTMLTextAreaElement).value]).toEqual(["theirs", "mine"]);
  fireEvent.click(screen.getByRole("button", { name: way }));
  await waitFor(() => expect(screen.queryByText(STALE)).toBeNull());
  await waitFor(() => expect((field as HTMLTextAreaElement).value).toBe(stands));
  expect(state.text).toBe(stands);
});
