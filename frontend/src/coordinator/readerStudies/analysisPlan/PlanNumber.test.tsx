// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { FixedValue, PlanNumber } from "./PlanNumber";

beforeAll(() => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
});
afterEach(cleanup);
// A simulated browser, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

function Field({ isFixed, seen }: { isFixed: boolean; seen: (value: number | null) => void }) {
  const [value, setValue] = useState<number | null>(isFixed ? 0.5 : null);
  const Kind = isFixed ? FixedValue : PlanNumber;
  return (
    <MantineProvider>
      <Kind
        label="Margin"
        width={100}
        value={value}
        onChange={(next) => {
          seen(next);
          setValue(next);
        }}
      />
    </MantineProvider>
  );
}

test("a decimal is typed key by key, and taken away again", async () => {
  const seen = vi.fn();
  render(<Field isFixed={false} seen={seen} />);
  const field = screen.getByLabelText<HTMLInputElement>("Margin");
  await userEvent.type(field, "0.05");
  expect(field.value).toBe("0.05");
  expect(seen).toHaveBeenLastCalledWith(0.05);
  await userEvent.clear(field);
  expect(field.value).toBe("");
  expect(seen).toHaveBeenLastCalledWith(null);
});

test("a value that there has to be is kept while its field is empty", async () => {
  const seen = vi.fn();
  render(<Field isFixed seen={seen} />);
  const field = screen.getByLabelText<HTMLInputElement>("Margin");
  await userEvent.clear(field);
  expect(field.value).toBe("");
  await userEvent.type(field, "0.8");
  expect(seen).toHaveBeenLastCalledWith(0.8);
  expect(seen).not.toHaveBeenCalledWith(null);
});
