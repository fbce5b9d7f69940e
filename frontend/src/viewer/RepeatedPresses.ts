// As Cornerstone counts: beyond it a press is a drag, and no click that could be repeated.
const CLICK_PX = 3;

/**
 * To a tool that draws with a click, a double click is one click. Cornerstone gives a double click to no tool as a
 * press, neither its first half nor its second; a mark meant by it would be lost. The second half is kept from it
 * here, so that the first is a click like any other, whatever the hand does next.
 */
export class RepeatedPresses {
  private readonly elements = new Set<EventTarget>();
  /** Whether the click that began on the images counts once, however often it is repeated. */
  private isOnce = false;
  private isHeldBack = false;
  /** The press was a drag. Browsers count by where presses begin: two short strokes from one place are no double click. */
  private isStroke = false;
  private from = { x: 0, y: 0 };

  constructor(private readonly countsOnce: (buttons: number) => boolean) {}

  watch(element: HTMLElement): void {
    if (this.elements.size === 0) this.listen();
    this.elements.add(element);
  }

  leave(element: HTMLElement): void {
    this.elements.delete(element);
    if (this.elements.size > 0) return;
    window.removeEventListener("mousedown", this.onDown, { capture: true });
    window.removeEventListener("mouseup", this.onUp, { capture: true });
    window.removeEventListener("dblclick", this.onDouble, { capture: true });
  }

  /** Before Cornerstone, which listens on the panes and on the document. */
  private listen(): void {
    window.addEventListener("mousedown", this.onDown, { capture: true });
    window.addEventListener("mouseup", this.onUp, { capture: true });
    window.addEventListener("dblclick", this.onDouble, { capture: true });
  }

  private readonly onDown = (event: MouseEvent): void => {
    const isOnImages = event.composedPath().some((target) => this.elements.has(target));
    // What the tool was at the first press decides: a mark that is done may have put it away meanwhile.
    if (event.detail <= 1) {
      this.isOnce = isOnImages && this.countsOnce(event.buttons);
      this.isStroke = false;
      this.from = { x: event.clientX, y: event.clientY };
    }
    this.isHeldBack = event.detail > 1 && isOnImages && this.isOnce && !this.isStroke;
    if (this.isHeldBack) event.stopImmediatePropagation();
  };

  private readonly onUp = (event: MouseEvent): void => {
    if (this.isHeldBack) event.stopImmediatePropagation();
    else
      this.isStroke ||=
        Math.abs(event.clientX - this.from.x) + Math.abs(event.clientY - this.from.y) > CLICK_PX;
  };

  private readonly onDouble = (event: MouseEvent): void => {
    if (this.isHeldBack || (this.isOnce && this.isStroke)) event.stopImmediatePropagation();
  };
}
