// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { Mark } from "./Mark";
import { MarkHints } from "./MarkHints";

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
// A simulated browser, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

it("a chart's marks say their words by keyboard, and open what stands behind them", async () => {
  const user = userEvent.setup();
  const open = vi.fn();
  render(
    <MantineProvider env="test">
      <MarkHints>
        <svg>
          <title>Chart</title>
          <Mark text="first: 0.8, n = 10" isFirst>
            <circle r={5} />
          </Mark>
          <Mark text="second: 0.9, n = 12" onOpen={open}>
            <circle r={5} />
          </Mark>
        </svg>
      </MarkHints>
    </MantineProvider>,
  );
  await user.tab();
  expect(document.activeElement).toBe(screen.getByRole("img", { name: "first: 0.8, n = 10" }));
  expect(screen.getByText("first: 0.8, n = 10")).toBeTruthy();
  await user.keyboard("{ArrowRight}");
  const second = screen.getByRole("button", { name: "second: 0.9, n = 12" });
  expect(document.activeElement).toBe(second);
  expect(screen.queryByText("first: 0.8, n = 10")).toBeNull();
  await user.keyboard("{Enter}");
  await user.keyboard(" ");
  await user.click(second);
  expect(open).toHaveBeenCalledTimes(3);
  await user.keyboard("{Escape}");
  expect(screen.queryByText("second: 0.9, n = 12")).toBeNull();
});
