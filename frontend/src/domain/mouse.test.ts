import { expect, test } from "vitest";
import { gesturesInForce, gestureText, mouseMapOf, mouseProblem, withMouse } from "./mouse";

test("without a choice the mouse works as in a PACS", () => {
  const map = mouseMapOf({});
  expect(map).toMatchObject({
    left: "tool",
    right: "window",
    middle: "pan",
    wheel: "scroll",
    "Ctrl+wheel": "zoom",
  });
  expect(mouseProblem(map)).toBeNull();
});

test("only what differs is stored", () => {
  const overrides = withMouse({}, "left", "window");
  expect(overrides).toEqual({ left: "window" });
  expect(withMouse(overrides, "left", "tool")).toEqual({});
  expect(withMouse({}, "Shift+left", "none")).toEqual({});
});

test("the wheel cannot draw, whatever a file says", () => {
  expect(mouseMapOf({ wheel: "tool" }).wheel).toBe("scroll");
});

test("a mouse that cannot draw is pointed out", () => {
  expect(mouseProblem(mouseMapOf({ left: "window" }))).toMatch(/draws/);
  expect(mouseProblem(mouseMapOf({ left: "window", right: "tool" }))).toBeNull();
});

test("gestures are written as people say them", () => {
  expect(gestureText("Ctrl+wheel")).toBe("Ctrl + wheel");
  expect(gestureText("right")).toBe("Right drag");
  expect(gesturesInForce(mouseMapOf({})).length).toBe(6);
});
