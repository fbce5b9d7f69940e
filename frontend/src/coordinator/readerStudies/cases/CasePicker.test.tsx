// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ReaderStudy } from "@/api/readerStudies";
import { CasesPart } from "./CasesPart";

beforeAll(() => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
// A whole screen under a simulated browser, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });

const imagingStudy = (id: string) => ({
  id,
  study_instance_uid: id,
  study_description: id,
  patient_key: id,
  modalities: ["CT"],
  number_of_instances: 1,
});
const caseOf = (id: string) => ({ id: `case-${id}`, name: `Case ${id}`, imaging_study: imagingStudy(id) });
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status === 200 ? "application/json" : "application/problem+json" },
  });

/** The network is the boundary: the cases that are stored, as the routes keep them. */
function network(stored: string[]) {
  const state = { stored };
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.url.includes("imaging-studies")) {
      return json({ next: null, previous: null, results: ["a", "b", "c", "d"].map(imagingStudy) });
    }
    if (request.method === "PUT") {
      const sent = await request.json();
      if (sent.base.join() !== state.stored.join()) {
        return json({ title: "Conflict", status: 409, code: "stale_cases", detail: "Look again." }, 409);
      }
      state.stored = sent.imaging_study_ids;
    }
    return json(state.stored.map(caseOf));
  });
  return state;
}

test("what was picked in an old tab is added to the cases that were drawn since", async () => {
  const state = network(["a", "b"]);
  const readerStudy = { id: "s", state: "DRAFT" } as ReaderStudy;
  const router = createMemoryRouter([{ path: "/", element: <CasesPart readerStudy={readerStudy} /> }]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  fireEvent.click(await screen.findByRole("checkbox", { name: "Pick b, patient b" }));
  fireEvent.click(screen.getByRole("checkbox", { name: "Pick c, patient c" }));
  state.stored = ["d", "b"];
  fireEvent.click(screen.getByRole("button", { name: "Save selection" }));
  await screen.findByText("The cases were changed elsewhere meanwhile");
  expect(state.stored).toEqual(["d", "b"]);
  fireEvent.click(screen.getByRole("button", { name: "Load the present cases" }));
  await screen.findByRole("heading", { name: "2 case(s) selected" });
  await waitFor(() => expect(screen.queryByText("The cases were changed elsewhere meanwhile")).toBeNull());
  fireEvent.click(screen.getByRole("button", { name: "Save selection" }));
  await waitFor(() => expect(state.stored).toEqual(["d", "c"]));
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Save selection" })).toHaveProperty("disabled", true),
  );
});
