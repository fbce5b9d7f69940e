// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ReaderStudy } from "@/api/readerStudies";
import { ClinicalTextsPart } from "./ClinicalTextsPart";

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

const DETAIL = "Case a: Line 1: the text holds a word of the patient's name.";

interface Sent {
  texts: { case: string; text: string; base_version: number }[];
  accept_warnings: boolean;
  reason: string;
}

/** The network is the boundary: the texts that are stored, as their routes keep them. */
function network(texts: Record<string, string>, preview: unknown = null) {
  const versions = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text ? 1 : 0]));
  const state = { texts, versions, sent: [] as Sent[] };
  const listed = () => ({
    number_with_text: Object.values(state.texts).filter(Boolean).length,
    longest_text: 40,
    digest: "d",
    texts: Object.entries(state.texts).map(([name, text]) => ({
      case_id: `id-${name}`,
      case: name,
      text,
      version: state.versions[name],
      stored_at: null,
      stored_by: null,
      number_shown: 0,
    })),
  });
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.url.endsWith("/cases")) return json([]);
    if (request.url.endsWith("/preview")) return json(preview);
    if (request.method !== "PUT") return json(listed());
    return stored(await request.json());
  });
  const stored = (sent: Sent) => {
    state.sent.push(sent);
    if (sent.texts.some(({ text }) => text.includes("Clara")) && !sent.accept_warnings) {
      const errors = [{ field: "texts[0].text", code: "PATIENT_NAME", detail: DETAIL }];
      const problem = { title: "Conflict", status: 409, code: "identifies_patient", detail: "No.", errors };
      return json(problem, 409);
    }
    if (sent.texts.some((one) => one.base_version !== state.versions[one.case])) {
      return json({ title: "Conflict", status: 409, code: "stale_clinical_texts", detail: "Look." }, 409);
    }
    for (const one of sent.texts) {
      state.texts[one.case] = one.text;
      state.versions[one.case] = one.base_version + 1;
    }
    return json(listed());
  };
  return state;
}

async function show(studyState = "DRAFT") {
  const readerStudy = { id: "s", state: studyState } as ReaderStudy;
  const router = createMemoryRouter([
    { path: "/", element: <ClinicalTextsPart readerStudy={readerStudy} /> },
  ]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.findByRole("table", { name: "Clinical texts" });
}

const click = (name: string | RegExp, inside: HTMLElement = document.body) =>
  fireEvent.click(within(inside).getByRole("button", { name }));

function type(name: string, text: string): HTMLElement {
  const field = screen.getByRole("textbox", { name: `Clinical text of ${name}` });
  fireEvent.change(field, { target: { value: text } });
  return field;
}

test("a text is typed beside its case, stored by key, taken back and stored again", async () => {
  const state = network({ "Case a": "", "Case b": "Fever." });
  await show();
  click("Write the text of Case a");
  fireEvent.keyDown(type("Case a", " Cough. \n"), { key: "Enter", ctrlKey: true });
  await screen.findByText("Text of Case a stored.");
  expect(state.texts["Case a"]).toBe("Cough.");
  await screen.findByRole("heading", { name: "Clinical texts: 2 of 2 cases have one" });
  // Where the keyboard was before.
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Edit the text of Case a")));
  fireEvent.keyDown(document.activeElement ?? window, { key: "z", ctrlKey: true });
  await screen.findByText("Undone.");
  expect(state.texts["Case a"]).toBe("");
  click("Redo");
  await screen.findByText("Text of Case a stored.");
  expect([state.texts["Case a"], state.versions["Case a"]]).toEqual(["Cough.", 3]);
});

test("what may name the patient is said, and stored only when that is accepted", async () => {
  const state = network({ "Case a": "" });
  await show();
  click("Write the text of Case a");
  type("Case a", "Clara coughs.");
  click("Store");
  await screen.findByText(DETAIL);
  expect(state.texts["Case a"]).toBe("");
  click("Store all the same");
  await screen.findByText("Text of Case a stored.");
  expect(state.texts["Case a"]).toBe("Clara coughs.");
});

test("words that are being typed are kept where another coordinator was faster", async () => {
  const state = network({ "Case a": "Fever." });
  await show();
  click("Edit the text of Case a");
  const field = type("Case a", "Mine.");
  state.texts["Case a"] = "Theirs.";
  state.versions["Case a"] = 2;
  click("Store");
  await screen.findByText("It was changed elsewhere meanwhile");
  expect((field as HTMLTextAreaElement).value).toBe("Mine.");
  click("Store mine over it");
  await screen.findByText("Text of Case a stored.");
  expect([state.texts["Case a"], state.versions["Case a"]]).toEqual(["Mine.", 3]);
});

test("an edit in progress is not lost by Escape, and a long text is not sent", async () => {
  network({ "Case a": "Fever." });
  await show();
  click("Edit the text of Case a");
  const field = type("Case a", "x".repeat(41));
  fireEvent.keyDown(field, { key: "Escape" });
  screen.getByText("41 characters; at most 40 are stored.");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Store" }).disabled).toBe(true);
  fireEvent.keyDown(type("Case a", "Fever."), { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("textbox")).toBeNull());
});

test("after the launch a reason is asked for, and after the close nothing is changed", async () => {
  const state = network({ "Case a": "Fever." });
  await show("OPEN");
  click("Edit the text of Case a");
  type("Case a", "Cough.");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Store" }).disabled).toBe(true);
  fireEvent.change(screen.getByRole("textbox", { name: "Reason for the change" }), {
    target: { value: "Sent late" },
  });
  click("Store");
  await screen.findByText("Text of Case a stored.");
  click("Undo (Ctrl+Z)");
  await screen.findByText("Undone.");
  expect(state.sent.map(({ reason }) => reason)).toEqual(["Sent late", "Undone: Sent late"]);
  cleanup();
  await show("CLOSED");
  expect(screen.queryByRole("button", { name: /^(Edit|Write|Import)/ })).toBeNull();
});

test("a file is shown before it is stored, and stored as it was shown", async () => {
  const look = (row: number, name: string, change: string, text: string, warnings: unknown[] = []) => ({
    row,
    case: name,
    before: name === "Case b" ? "Fever." : "",
    text,
    change,
    base_version: name === "Case b" ? 1 : 0,
    warnings,
  });
  const state = network(
    { "Case a": "", "Case b": "Fever." },
    {
      counts: { NEW: 1, CHANGED: 0, SAME: 1, CLEARED: 0 },
      ignored_columns: ["ward"],
      rows: [
        look(2, "Case a", "NEW", "Clara coughs.", [{ code: "PATIENT_NAME", detail: "Line 1: a name." }]),
        look(3, "Case b", "SAME", "Fever."),
      ],
    },
  );
  await show();
  const chooser = document.querySelector('input[type="file"]') as HTMLInputElement;
  fireEvent.change(chooser, { target: { files: [new File(["case,text"], "texts.csv")] } });
  const dialog = await screen.findByRole("dialog", { name: "Texts of texts.csv" });
  within(dialog).getByText(/1 new, 0 changed, 0 taken away, 1 as they are/);
  within(dialog).getByText("Row 2, Case a. Line 1: a name.");
  within(dialog).getByText("Columns that are not read: ward.");
  expect(within(dialog).queryByText("Case b")).toBeNull();
  expect(state.texts["Case a"]).toBe("");
  click("Store 1 all the same", dialog);
  await waitFor(() => expect(state.texts["Case a"]).toBe("Clara coughs."));
  expect(state.sent).toEqual([
    {
      texts: [{ case: "Case a", text: "Clara coughs.", base_version: 0 }],
      accept_warnings: true,
      reason: "",
    },
  ]);
});
