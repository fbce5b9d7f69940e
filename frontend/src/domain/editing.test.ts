import { expect, test } from "vitest";
import { type Editing, type EditingEvent, reduceEditing, takesEdits } from "./editing";

const run = (...events: EditingEvent[]): Editing => events.reduce<Editing>(reduceEditing, { is: "asking" });

test("the lock of the browser and the lease of the server make an editor", () => {
  expect(run({ type: "locked" })).toEqual({ is: "asking" });
  expect(run({ type: "locked" }, { type: "held" })).toEqual({ is: "editor" });
});

test("without an answer whoever holds the browser's lock goes on", () => {
  expect(run({ type: "locked" }, { type: "unanswered" })).toEqual({ is: "editor" });
  expect(run({ type: "held" }, { type: "unanswered" })).toEqual({ is: "editor" });
});

test("another device keeps its turn while the server does not answer", () => {
  const elsewhere = run({ type: "held" }, { type: "held_elsewhere", since: "2026-01-01T10:00:00Z" });
  expect(elsewhere).toEqual({ is: "elsewhere", where: "device", since: "2026-01-01T10:00:00Z" });
  expect(reduceEditing(elsewhere, { type: "unanswered" })).toBe(elsewhere);
  expect(reduceEditing(elsewhere, { type: "held" })).toEqual({ is: "editor" });
});

test("another window of this browser takes the turn away at once, and the lock brings it back to asking", () => {
  const other = run({ type: "held" }, { type: "locked_by_other_window" });
  expect(other).toMatchObject({ is: "elsewhere", where: "browser" });
  expect(reduceEditing(other, { type: "locked" })).toEqual({ is: "asking" });
});

test("edits are taken by the editor, soon by whoever asks, and for a mark just drawn while another device edits", () => {
  expect(takesEdits({ is: "editor" }, false)).toBe("NOW");
  expect(takesEdits({ is: "asking" }, false)).toBe("SOON");
  expect(takesEdits({ is: "elsewhere", where: "device", since: null }, false)).toBe("NOW");
  expect(takesEdits({ is: "elsewhere", where: "browser", since: null }, false)).toBe("NO");
  expect(takesEdits({ is: "asking" }, true)).toBe("NO");
});
