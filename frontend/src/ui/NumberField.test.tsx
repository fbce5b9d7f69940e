// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { FixedNumberField, NumberField } from "./NumberField";

beforeAll(() => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
});
afterEach(cleanup);
// A simulated browser, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

function Field({ seen }: { seen: (value: number | null) => void }) {
  const [value, setValue] = useState<number | null>(0.05);
  return (
    <MantineProvider>
      <NumberField
        label="Alpha"
        value={value}
        onChange={(next) => {
          seen(next);
          setValue(next);
        }}
      />
      <button type="button" onClick={() => setValue(0.2)}>
        Another
      </button>
    </MantineProvider>
  );
}

test("decimals are what is typed, over what was there and with either separator", async () => {
  const seen = vi.fn();
  render(<Field seen={seen} />);
  const field = screen.getByLabelText<HTMLInputElement>("Alpha");
  expect(field.value).toBe("0.05");
  for (const [typed, value] of [
    ["0.08", 0.08],
    ["62.5", 62.5],
    ["0,0125", 0.0125],
    ["-3.5", -3.5],
  ] as const) {
    await userEvent.clear(field);
    expect(seen).toHaveBeenLastCalledWith(null);
    await userEvent.type(field, typed);
    expect(seen).toHaveBeenLastCalledWith(value);
    expect(Number(field.value)).toBe(value);
  }
  await userEvent.type(field, "{Backspace}{Backspace}8");
  expect(field.value).toBe("-38");
});

test("a decimal comma is not lost when a number is pasted", async () => {
  const seen = vi.fn();
  render(<Field seen={seen} />);
  const field = screen.getByLabelText<HTMLInputElement>("Alpha");
  await userEvent.clear(field);
  await userEvent.click(field);
  await userEvent.paste("62,5");
  expect(seen).toHaveBeenLastCalledWith(62.5);
  expect(field.value).toBe("62.5");
});

test("a number that comes from elsewhere is shown", async () => {
  render(<Field seen={() => undefined} />);
  const field = screen.getByLabelText<HTMLInputElement>("Alpha");
  await userEvent.clear(field);
  await userEvent.type(field, "0.");
  await userEvent.click(screen.getByRole("button", { name: "Another" }));
  expect(field.value).toBe("0.2");
});

test("a number that there has to be stays in force while its field is empty or out of range, and comes back", async () => {
  const seen = vi.fn();
  function Prevalence() {
    const [percent, setPercent] = useState(10);
    const take = (next: number) => {
      seen(next);
      setPercent(next);
    };
    return (
      <MantineProvider>
        <FixedNumberField label="Prevalence" min={0.01} max={99.99} value={percent} onChange={take} />
      </MantineProvider>
    );
  }
  render(<Prevalence />);
  const field = screen.getByLabelText<HTMLInputElement>("Prevalence");
  await userEvent.clear(field);
  expect(field.value).toBe("");
  // Nought is no prevalence, but on the way to one.
  await userEvent.type(field, "0");
  expect(field.value).toBe("0");
  expect(seen).not.toHaveBeenCalled();
  await userEvent.type(field, ".5");
  expect(seen).toHaveBeenLastCalledWith(0.5);
  await userEvent.clear(field);
  await userEvent.tab();
  expect(field.value).toBe("0.5");
  expect(seen).toHaveBeenCalledTimes(1);
});
