// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ReaderStudy } from "@/api/readerStudies";
import { LabelSchemaPart } from "./LabelSchemaPart";

beforeAll(() => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
});
afterEach(cleanup);
// A whole screen under a simulated browser, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

function shown(study: Partial<ReaderStudy> = {}): void {
  const readerStudy = { id: "s", state: "DRAFT", label_schema: null, ...study } as ReaderStudy;
  const router = createMemoryRouter([{ path: "/", element: <LabelSchemaPart readerStudy={readerStudy} /> }]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const card = (number: number) => within(screen.getByRole("group", { name: `Question ${number}` }));
const head = (number: number) => card(number).getAllByRole("button")[0] as HTMLElement;
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const texts = () => [...document.querySelectorAll("[data-question-head]")].map((one) => one.textContent);
const preview = () => within(screen.getByRole("region", { name: "What the reader sees" }));

test("every kind is added, each below the one that is open", () => {
  shown();
  for (const kind of [
    "Section",
    "Yes / no",
    "Scale",
    "0–100",
    "One of",
    "Several of",
    "Number",
    "Date",
    "Text",
  ])
    press(`+ ${kind}`);
  press("+ Located finding");
  expect(texts()).toHaveLength(10);
  expect(texts()[0]).toContain("Section");
  expect(texts()[9]).toContain("Mark each finding");
});

test("a question is moved and removed by keys, and undo brings it back", () => {
  shown();
  press("+ Yes / no");
  press("+ Text");
  fireEvent.keyDown(head(1), { key: "ArrowDown", altKey: true });
  expect(texts().map((text) => text?.slice(0, 4))).toEqual(["Text", "Yes "]);
  fireEvent.keyDown(head(1), { key: "Delete" });
  expect(texts()).toHaveLength(1);
  fireEvent.keyDown(window, { key: "z", ctrlKey: true });
  expect(texts()).toHaveLength(2);
  fireEvent.keyDown(window, { key: "z", ctrlKey: true, shiftKey: true });
  expect(texts()).toHaveLength(1);
});

test("a condition is built and holds in the preview", () => {
  shown();
  press("+ Yes / no");
  press("+ Text");
  fireEvent.click(card(2).getByRole("button", { name: "+ Show only if…" }));
  expect(preview().queryByRole("textbox", { name: "Comment" })).toBeNull();
  fireEvent.click(preview().getByRole("radio", { name: /Yes/ }));
  expect(preview().getByRole("textbox", { name: "Comment" })).toBeTruthy();
});

test("a fault stands at its field and keeps the form from being saved", () => {
  shown();
  press("+ Yes / no");
  const save = () => screen.getByRole("button", { name: "Save the form" }) as HTMLButtonElement;
  expect(save().disabled).toBe(false);
  fireEvent.change(card(1).getByLabelText("Question"), { target: { value: " " } });
  expect(card(1).getByText("Write the question.")).toBeTruthy();
  expect(save().disabled).toBe(true);
});

test("after the launch the form can be read and not changed", () => {
  const question = { key: "a", kind: "BINARY", text: "Present?", required: true } as const;
  shown({ state: "OPEN", label_schema: { version: 3, questions: [question] } });
  expect(screen.queryByRole("button", { name: "Save the form" })).toBeNull();
  expect(screen.queryByRole("button", { name: "+ Text" })).toBeNull();
  expect(screen.getByRole("button", { name: "Version 3…" })).toBeTruthy();
  fireEvent.click(head(1));
  expect((card(1).getByLabelText("Question") as HTMLInputElement).readOnly).toBe(true);
});

test("while the pilot runs the form can still change, and says for whom", () => {
  const question = { key: "a", kind: "BINARY", text: "Present?", required: true } as const;
  shown({ state: "PILOTING", label_schema: { version: 1, questions: [question] } });
  expect(screen.getByText(/Cases that have been opened keep their version/)).toBeTruthy();
  expect(screen.queryByLabelText("Reason of the change")).toBeNull();
  press("+ Text");
  const save = () => screen.getByRole("button", { name: "Save the form" }) as HTMLButtonElement;
  expect(save().disabled).toBe(true);
  fireEvent.change(screen.getByLabelText("Reason of the change"), { target: { value: "Readers asked." } });
  expect(save().disabled).toBe(false);
});

test("the preview asks about a finding what the form asks about each", () => {
  shown();
  press("+ Located finding");
  press("Ask Text about each finding");
  expect(preview().queryByRole("textbox")).toBeNull();
  fireEvent.click(preview().getByRole("button", { name: "Pretend a mark" }));
  const asked = within(preview().getByRole("region", { name: "Asked about the first finding" }));
  expect(asked.getByRole("textbox")).toBeTruthy();
  fireEvent.click(preview().getByRole("button", { name: "Take one away" }));
  expect(preview().queryByRole("textbox")).toBeNull();
});
