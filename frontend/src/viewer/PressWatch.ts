import { RepeatedPresses } from "./RepeatedPresses";

/** Where a press on the images has come to, and with which button. */
interface Press {
  clientX: number;
  clientY: number;
  button: number;
}

/**
 * Sees to it that every press on the images comes to its end. A browser may take the mouse away in the middle of a
 * drag (it drags a text instead, another window comes to the front, the button is let go where the page cannot see
 * it) and says so with anything but the `mouseup` that Cornerstone waits for: what was being drawn would then be
 * neither finished nor dropped, and the next press would go on with it. It is finished where the mouse was last seen.
 */
export class PressWatch {
  private press: Press | null = null;
  private readonly repeats: RepeatedPresses;

  /** `countsOnce`: whether a double click with these buttons is a single click to the tool in hand. */
  constructor(countsOnce: (buttons: number) => boolean) {
    this.repeats = new RepeatedPresses(countsOnce);
  }

  watch(element: HTMLElement): void {
    element.addEventListener("pointerdown", this.begin, { capture: true });
    this.repeats.watch(element);
  }

  leave(element: HTMLElement): void {
    element.removeEventListener("pointerdown", this.begin, { capture: true });
    this.repeats.leave(element);
    this.forget();
  }

  private readonly begin = (event: PointerEvent): void => {
    // A finger that scrolls the page ends its press by itself.
    if (event.pointerType === "touch") return;
    // What is selected would be dragged along, and with it the mouse.
    document.getSelection()?.removeAllRanges();
    this.press = { clientX: event.clientX, clientY: event.clientY, button: event.button };
    window.addEventListener("pointermove", this.follow, { capture: true });
    window.addEventListener("pointerup", this.forget, { capture: true });
    for (const name of INTERRUPTIONS) window.addEventListener(name, this.interrupted, { capture: true });
  };

  private readonly follow = (event: PointerEvent): void => {
    if (!this.press) return;
    if (event.buttons === 0) this.interrupted();
    else this.press = { ...this.press, clientX: event.clientX, clientY: event.clientY };
  };

  private readonly interrupted = (event?: Event): void => {
    // A field that loses the focus to the images says blur, too: only the window's own is an interruption.
    if (event?.type === "blur" && event.target instanceof Element) return;
    const { press } = this;
    this.forget();
    if (press) document.dispatchEvent(new MouseEvent("mouseup", { bubbles: true, ...press }));
  };

  private readonly forget = (): void => {
    this.press = null;
    window.removeEventListener("pointermove", this.follow, { capture: true });
    window.removeEventListener("pointerup", this.forget, { capture: true });
    for (const name of INTERRUPTIONS) window.removeEventListener(name, this.interrupted, { capture: true });
  };
}

const INTERRUPTIONS = ["pointercancel", "dragstart", "blur", "pagehide"];
