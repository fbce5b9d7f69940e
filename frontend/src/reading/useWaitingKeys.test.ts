// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { useLayoutEffect, useRef } from "react";
import { expect, test, vi } from "vitest";
import type { HotkeyAction } from "@/domain/hotkeys";
import { useWaitingKeys } from "./useWaitingKeys";

const always = () => true;
const leadsToField = (action: HotkeyAction) => action === "sign";

/** A room that asks for its turn; `late` is pressed when the answer is drawn, before anything else happens. */
function room(late?: HotkeyAction) {
  const done = vi.fn<(action: HotkeyAction) => void>();
  const { result, rerender } = renderHook(
    ({ isAsking, isFrozen }) => {
      const keys = useWaitingKeys({ act: done, isAsking, isFrozen, waits: always, leadsToField });
      const newest = useRef(keys.act);
      newest.current = keys.act;
      useLayoutEffect(() => {
        if (!isAsking && late) newest.current(late);
      }, [isAsking]);
      return keys;
    },
    { initialProps: { isAsking: true, isFrozen: true } },
  );
  const press = (...actions: HotkeyAction[]) => {
    for (const action of actions) act(() => result.current.act(action));
  };
  const answered = (isFrozen: boolean) => rerender({ isAsking: false, isFrozen });
  return { result, press, answered, done: () => done.mock.calls.map(([action]) => action) };
}

test("keys that came too early are carried out once, in order", () => {
  const { result, press, answered, done } = room();
  press("answer_yes", "undo", "redo");
  expect(result.current.waitingKeys).toBe(3);
  expect(done()).toEqual([]);
  answered(false);
  expect(done()).toEqual(["answer_yes", "undo", "redo"]);
  expect(result.current.waitingKeys).toBe(0);
});

test("a key that comes in the moment of the answer is not lost", () => {
  const { press, answered, done } = room("undo");
  press("answer_yes");
  answered(false);
  expect(done()).toEqual(["answer_yes", "undo"]);
});

test("what is typed after the key for signing is the password's, and answers nothing", () => {
  const { press, answered, done } = room();
  press("answer_1", "sign", "answer_yes", "mark_delete", "sign");
  answered(false);
  expect(done()).toEqual(["answer_1", "sign"]);
});

test("where the read cannot be changed nothing is carried out", () => {
  const { result, press, answered, done } = room("undo");
  press("answer_yes");
  answered(true);
  expect(done()).toEqual([]);
  expect(result.current.waitingKeys).toBe(0);
});
