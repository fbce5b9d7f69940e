// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RepeatedPresses } from "./RepeatedPresses";

const heard = vi.fn((event: Event) => event.type);
const EVENTS = ["mousedown", "mouseup", "dblclick"];
let isClicking = true;
const presses = new RepeatedPresses((buttons) => isClicking && buttons === 1);
let pane: HTMLElement;
let beside: HTMLElement;

beforeEach(() => {
  isClicking = true;
  pane = document.body.appendChild(document.createElement("div"));
  beside = document.body.appendChild(document.createElement("div"));
  presses.watch(pane);
  for (const name of EVENTS) document.addEventListener(name, heard);
});

afterEach(() => {
  for (const name of EVENTS) document.removeEventListener(name, heard);
  presses.leave(pane);
  pane.remove();
  beside.remove();
  heard.mockClear();
});

/** As browsers number them: the second click of a double click has the detail 2. */
function click(on: HTMLElement, detail: number, buttons = 1): void {
  on.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, detail, buttons }));
  on.dispatchEvent(new MouseEvent("mouseup", { bubbles: true, detail }));
}

function double(on: HTMLElement): void {
  click(on, 1);
  click(on, 2);
  on.dispatchEvent(new MouseEvent("dblclick", { bubbles: true, detail: 2 }));
}

const names = () => heard.mock.results.map(({ value }) => value);

test("a double click with a tool that draws by clicks is heard as one click", () => {
  double(pane);
  expect(names()).toEqual(["mousedown", "mouseup"]);
  // The next click, elsewhere or later, is a click again.
  click(pane, 1);
  expect(names()).toHaveLength(4);
});

test("also where the mark of the first click has put the tool away", () => {
  click(pane, 1);
  isClicking = false;
  click(pane, 2);
  pane.dispatchEvent(new MouseEvent("dblclick", { bubbles: true, detail: 2 }));
  expect(names()).toEqual(["mousedown", "mouseup"]);
});

test("two strokes from one place are two, though the browser counts their presses together", () => {
  for (const detail of [1, 2]) {
    pane.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, detail, buttons: 1, clientX: 50 }));
    pane.dispatchEvent(new MouseEvent("mouseup", { bubbles: true, detail, clientX: 90 }));
  }
  pane.dispatchEvent(new MouseEvent("dblclick", { bubbles: true, detail: 2 }));
  expect(names()).toEqual(["mousedown", "mouseup", "mousedown", "mouseup"]);
});

test("without such a tool, with another button and beside the images a double click is what it was", () => {
  isClicking = false;
  double(pane);
  expect(names()).toEqual(["mousedown", "mouseup", "mousedown", "mouseup", "dblclick"]);
  heard.mockClear();
  isClicking = true;
  double(beside);
  expect(names()).toHaveLength(5);
  heard.mockClear();
  click(pane, 1, 2);
  click(pane, 2, 2);
  expect(names()).toHaveLength(4);
});
