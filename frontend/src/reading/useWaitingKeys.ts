import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useState } from "react";
import { HOTKEYS, type HotkeyAction } from "@/domain/hotkeys";

interface WaitingKeysInput {
  act: (action: HotkeyAction) => void;
  /** It is not known yet whether the read may be changed here. */
  isAsking: boolean;
  isFrozen: boolean;
  /** Whether this action has to wait for the answer. */
  waits: (action: HotkeyAction) => boolean;
  /** Whether this action leads to a field: what is pressed after it is typed, and no key of the read. */
  leadsToField: (action: HotkeyAction) => boolean;
}

export interface RoomActions {
  act: (action: HotkeyAction) => void;
  /** How many keys wait until it is known whether the read may be changed here. */
  waitingKeys: number;
}

/** Keys that change the read and come too early are not lost: they are carried out, or named as not done. */
export function useWaitingKeys(input: WaitingKeysInput): RoomActions {
  const { act, isAsking, isFrozen, waits, leadsToField } = input;
  const [waiting, setWaiting] = useState<HotkeyAction[]>([]);
  useEffect(() => {
    const [next] = waiting;
    if (isAsking || next === undefined) return;
    // One at a time: the second may depend on what the first has changed.
    const over = isFrozen ? waiting.length : 1;
    // A key may have come since this was drawn.
    setWaiting((before) => before.slice(over));
    if (isFrozen) notifications.show({ message: notDone(waiting), color: "orange", autoClose: false });
    else act(next);
  }, [waiting, isAsking, isFrozen, act]);
  const isQueue = isAsking || waiting.length > 0;
  const actOrWait = useCallback(
    (action: HotkeyAction) => {
      if (!isQueue || !waits(action)) act(action);
      // Who types the password at once must not answer questions with its letters.
      else setWaiting((before) => (before.some(leadsToField) ? before : [...before, action]));
    },
    [isQueue, waits, leadsToField, act],
  );
  return { act: actOrWait, waitingKeys: waiting.length };
}

function notDone(actions: HotkeyAction[]): string {
  const texts = actions.map((wanted) => HOTKEYS.find(({ action }) => action === wanted)?.text ?? wanted);
  return `This read cannot be changed here. Not done: ${texts.join(", ")}.`;
}
