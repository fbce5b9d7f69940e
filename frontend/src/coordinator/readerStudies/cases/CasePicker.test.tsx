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

// Of one patient are "b" and "bb".
const imagingStudy = (id: string) => ({
  id,
  study_instance_uid: id,
  study_description: id,
  patient_key: id[0],
  modalities: ["CT"],
  number_of_instances: 1,
});
const caseOf = ([id = "", ...further]: string[]) => ({
  id: `case-${id}`,
  name: `Case ${id}`,
  imaging_study: imagingStudy(id),
  further_imaging_studies: further.map(imagingStudy),
});
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status === 200 ? "application/json" : "application/problem+json" },
  });

/** The network is the boundary: the cases that are stored, as the routes keep them. */
function network(stored: string[][]) {
  const state = { stored };
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.url.includes("imaging-studies")) {
      return json({ next: null, previous: null, results: ["a", "b", "bb", "c", "d"].map(imagingStudy) });
    }
    if (request.method === "PUT") {
      const sent = await request.json();
      if (JSON.stringify(sent.base) !== JSON.stringify(state.stored)) {
        return json({ title: "Conflict", status: 409, code: "stale_cases", detail: "Look again." }, 409);
      }
      if (sent.cases.length === 1) {
        const field = "cases[0].imaging_study_ids[1]";
        const errors = [{ field, code: "is_prior", detail: "It is a prior of this case." }];
        return json({ title: "Invalid", status: 400, code: "invalid", detail: "No.", errors }, 400);
      }
      state.stored = sent.cases.map((one: { imaging_study_ids: string[] }) => one.imaging_study_ids);
    }
    return json(state.stored.map(caseOf));
  });
  return state;
}

function show() {
  const readerStudy = { id: "s", state: "DRAFT" } as ReaderStudy;
  const router = createMemoryRouter([{ path: "/", element: <CasesPart readerStudy={readerStudy} /> }]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const tick = (name: string) => fireEvent.click(screen.getByRole("checkbox", { name }));

test("what was picked in an old tab is added to the cases that were drawn since", async () => {
  const state = network([["a"], ["b"]]);
  show();
  fireEvent.click(await screen.findByRole("checkbox", { name: "Pick b, patient b" }));
  fireEvent.click(screen.getByRole("checkbox", { name: "Pick c, patient c" }));
  state.stored = [["d"], ["b"]];
  fireEvent.click(screen.getByRole("button", { name: "Save selection" }));
  await screen.findByText("The cases were changed elsewhere meanwhile");
  expect(state.stored).toEqual([["d"], ["b"]]);
  fireEvent.click(screen.getByRole("button", { name: "Load the present cases" }));
  await screen.findByRole("heading", { name: "2 cases selected" });
  await waitFor(() => expect(screen.queryByText("The cases were changed elsewhere meanwhile")).toBeNull());
  fireEvent.click(screen.getByRole("button", { name: "Save selection" }));
  await waitFor(() => expect(state.stored).toEqual([["d"], ["c"]]));
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Save selection" })).toHaveProperty("disabled", true),
  );
});

test("imaging studies of one patient become one case, in the order wanted, and come apart again", async () => {
  const state = network([["a"], ["b"], ["bb"]]);
  show();
  fireEvent.click(await screen.findByRole("radio", { name: "Cases in order (3)" }));
  const join = screen.getByRole("button", { name: "Read together as one case" });
  tick("Tick number 1, patient a");
  tick("Tick number 2, patient b");
  screen.getByText("2 ticked. They are of different patients.");
  expect(join).toHaveProperty("disabled", true);
  tick("Tick number 1, patient a");
  tick("Tick number 3, patient b");
  press("Read together as one case");
  screen.getByRole("heading", { name: "2 cases selected" });
  press("Move image 2 of number 2 forward");
  press("Save selection");
  await waitFor(() => expect(state.stored).toEqual([["a"], ["bb", "b"]]));
  press("Split number 2");
  press("Save selection");
  await waitFor(() => expect(state.stored).toEqual([["a"], ["bb"], ["b"]]));
});

test("why a case was refused stands at its row", async () => {
  network([["b"], ["bb"]]);
  show();
  fireEvent.click(await screen.findByRole("radio", { name: "Cases in order (2)" }));
  tick("Tick number 1, patient b");
  tick("Tick number 2, patient b");
  press("Read together as one case");
  press("Save selection");
  await waitFor(() => {
    const row = screen.getByRole("row", { name: /Tick number 1|Case b/ });
    expect(row.textContent).toContain("It is a prior of this case.");
  });
});
