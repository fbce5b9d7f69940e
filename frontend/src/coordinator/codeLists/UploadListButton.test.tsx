// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { fireEvent, render } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { UploadListButton } from "./UploadListButton";

test("a file that was refused can be chosen again once it is mended", () => {
  vi.stubGlobal("matchMedia", () => ({
    matches: false,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }));
  const onFile = vi.fn();
  const { container } = render(
    <MantineProvider>
      <UploadListButton isBusy={false} onFile={onFile} />
    </MantineProvider>,
  );
  const input = container.querySelector("input[type=file]") as HTMLInputElement;
  // A browser tells of no change while the chosen path stays the same.
  const chosen = vi.fn();
  Object.defineProperty(input, "value", { set: chosen, get: () => "codes.csv" });
  const file = new File(["scheme,value,meaning"], "codes.csv");
  fireEvent.change(input, { target: { files: [file] } });
  expect(onFile).toHaveBeenCalledExactlyOnceWith(file);
  expect(chosen).toHaveBeenCalledExactlyOnceWith("");
  vi.unstubAllGlobals();
});
