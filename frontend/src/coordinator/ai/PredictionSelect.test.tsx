// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { PredictionInList } from "@/api/predictions";
import { PredictionSelect } from "./PredictionSelect";

beforeAll(() => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(cleanup);
// A simulated browser, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });

const UNCERTAIN = { value: 0.1, method: "ENSEMBLE", samples: 5, definition: "" } as const;

const predicted = (id: string, patient_key: string, score: number, more: Partial<PredictionInList> = {}) =>
  ({
    id,
    imaging_study_uid: `1.2.3.${id.length}`,
    imaging_study: {
      study_description: "CT chest",
      modalities: ["CT"],
      body_part: "CHEST",
      patient_key,
      study_date: "2024-03-03",
      is_synthetic: false,
    },
    score,
    uncertainty: null,
    ...more,
  }) as PredictionInList;

function Choosing() {
  const [ids, setIds] = useState<string[]>([]);
  const predictions = [
    predicted("a", "P-0001", 0.25),
    // Another of the same words: only the id tells them apart.
    predicted("bb", "P-0001", 0.25),
    predicted("ccc", "P-0002", 0.9),
    predicted("dddd", "P-0003", 0.5, { uncertainty: UNCERTAIN }),
  ];
  return (
    <MantineProvider env="test">
      <PredictionSelect predictions={predictions} value={ids} onChange={setIds} />
      <output>{ids.join(" ")}</output>
    </MantineProvider>
  );
}

const options = () => screen.getAllByRole("option").map(({ textContent }) => textContent);

test("predictions are named by case and score, found by any words, and chosen by id", async () => {
  render(<Choosing />);
  const field = screen.getByRole("combobox", { name: "Predictions" });
  fireEvent.click(field);
  expect(options()).toEqual([
    "CT chestCT · P-0001 · 2024-03-03 · score 0.250",
    "CT chestCT · P-0001 · 2024-03-03 · score 0.250",
    "CT chestCT · P-0002 · 2024-03-03 · score 0.900",
    "CT chestCT · P-0003 · 2024-03-03 · score 0.500, a mean of samples",
  ]);
  fireEvent.click(screen.getAllByRole("option")[1] as HTMLElement);
  expect(screen.getByRole("status").textContent).toBe("bb");
  // A mean of samples has no map.
  fireEvent.click(screen.getAllByRole("option")[2] as HTMLElement);
  expect(screen.getByRole("status").textContent).toBe("bb");
  fireEvent.change(field, { target: { value: "0.9 chest" } });
  expect(options()).toEqual(["CT chestCT · P-0002 · 2024-03-03 · score 0.900"]);
  fireEvent.change(field, { target: { value: "1.2.3.1" } });
  expect(options()).toHaveLength(1);
  fireEvent.change(field, { target: { value: "abdomen" } });
  expect(screen.getByText("No prediction matches.")).toBeTruthy();
});
