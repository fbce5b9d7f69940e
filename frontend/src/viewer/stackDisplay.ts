import { Enums, imageLoader, type Types } from "@cornerstonejs/core";
import {
  AS_STORED,
  type Display,
  hasDisplayOfItsOwn,
  isDerivedWindow,
  isShownAs,
  namedDisplay,
  nameOfDisplay,
  nextDisplay,
  windowFunctionOf,
} from "./display";
import { paddingOf } from "./frameImage";
import type { Slice } from "./slices";
import { drawWith, isDrawnByUs } from "./transferFunction";
import type { ViewerState } from "./viewerState";
import type { VoiFunction } from "./voi";
import { derivedRange, type VoiRange, windowOfRange } from "./window";

type WindowState = Pick<ViewerState, "window" | "windowName">;

/** Window and inversion of one stack: the image's own, and what the reader makes of it. */
export class StackDisplay {
  private display: Display | null = null;
  private shownRange: VoiRange | null = null;
  private isInvertedByReader = false;
  /** The image on the screen; null until the first one is shown as it should be. */
  private shown: Slice | null = null;

  constructor(
    private readonly viewport: Types.IStackViewport,
    private readonly onWindow: (state: WindowState) => void,
  ) {}

  get isInverted(): boolean {
    return this.isInvertedByReader;
  }

  /** The ends of the window that grey images are shown with. */
  get range(): VoiRange | null {
    return this.shownRange;
  }

  get isDerived(): boolean {
    return isDerivedWindow(this.display, this.shownRange);
  }

  /** The window that the image asks for, or the one derived for it; null for colour. */
  get ofImage(): VoiRange | null {
    return !this.display || this.shown?.isColour ? null : this.display.range;
  }

  /** What the numbers of a window mean on the image shown. */
  get windowFunction(): VoiFunction {
    return windowFunctionOf(this.shown, this.display);
  }

  /** Another series: nothing of the one before may colour it. */
  clear(): void {
    this.display = null;
    this.shownRange = null;
    this.shown = null;
    this.isInvertedByReader = false;
    this.onWindow({ window: null, windowName: null });
  }

  /** Show the first image of a series, as the slice `from` asks for. `isStill` says if the series is still wanted. */
  async begin(slices: Slice[], index: number, from: number, isStill: () => boolean): Promise<void> {
    const slice = slices[index];
    const display = await firstDisplay(slices, from);
    if (!isStill() || !slice) return;
    this.shown = slice;
    if (display) this.apply(display);
    else this.showColour();
    this.invertFor(slice);
  }

  /** A first image of low resolution, as the whole one will be shown; nothing is remembered of it. */
  glimpse(slice: Slice, image: Types.IImage): void {
    const display = slice.isColour ? null : ownDisplay(slice, image);
    if (!display) return;
    this.viewport.setProperties({ voiRange: display.range }, true);
    drawWith(this.viewport, display);
    this.invertFor(slice);
  }

  /** Back to the image's own display; from there to its next one. */
  reset(): void {
    if (!this.shown) return;
    if (this.shown.isColour) this.showColour();
    else if (this.display) this.apply(nextDisplay(this.shown, this.display, this.shownRange));
  }

  /** As the image asks for, and not inverted. */
  backToFirst(): void {
    if (!this.shown) return;
    this.isInvertedByReader = false;
    if (!this.shown.isColour && this.display) this.apply(this.display);
    this.invertFor(this.shown);
  }

  /** A window by its ends; what the image has of curves and tables is stretched over it, as by the mouse. */
  showRange(voiRange: VoiRange): void {
    if (this.display && !this.shown?.isColour) this.viewport.setProperties({ voiRange });
  }

  toggleInvert(): void {
    this.isInvertedByReader = !this.isInvertedByReader;
    if (this.shown) this.invertFor(this.shown);
  }

  /** Before another image of the stack is drawn: what Cornerstone carries over may not be right for it. */
  newImage(slice: Slice, image: Types.IImage | undefined): void {
    const before = this.shown;
    if (!before) return;
    this.shown = slice;
    if (slice.isColour) this.showColour();
    else this.showGrey(slice, image, before);
    this.invertFor(slice);
  }

  private showGrey(slice: Slice, image: Types.IImage | undefined, before: Slice): void {
    const own = this.takesOwnDisplay(slice, before) ? ownDisplay(slice, image) : null;
    // Panes that follow this one's window keep theirs: nobody has moved it.
    if (own) this.apply(own, true);
    else if (this.display && this.shownRange) this.restore(this.display, this.shownRange);
  }

  /** Cornerstone goes over to the new image's own window or function now and then; the stack's stays. */
  private restore(display: Display, range: VoiRange): void {
    const now = this.viewport.getProperties().voiRange;
    if (isShownAs({ range, choice: null }, now ?? null) && isDrawnByUs(this.viewport)) return;
    // A table is drawn over its own ends first, then stretched as the reader has left it.
    this.viewport.setProperties({ voiRange: display.range }, true);
    drawWith(this.viewport, display);
    this.viewport.setProperties({ voiRange: range }, true);
  }

  /** Colours are as stored, whatever window the greys around them have. */
  private showColour(): void {
    this.viewport.setProperties({ voiRange: AS_STORED }, true);
    this.tell();
  }

  /** The window has changed: by the reader, or by Cornerstone on its way to another image, which does not count. */
  windowChanged(range: VoiRange): void {
    const { shown } = this;
    if (!shown || shown.isColour || this.viewport.getCornerstoneImage()?.imageId !== shown.imageId) return;
    this.shownRange = range;
    this.tell();
  }

  /** On the CPU each new image makes Cornerstone forget the range, though it goes on drawing with it. */
  keepRange(): void {
    if (this.shownRange) this.viewport.setProperties({ voiRange: this.shownRange }, true);
  }

  private takesOwnDisplay(slice: Slice, before: Slice): boolean {
    // No grey image has been shown yet.
    if (!this.display) return true;
    return (
      before.imageId !== slice.imageId &&
      hasDisplayOfItsOwn(slice) &&
      isShownAs(this.display, this.shownRange)
    );
  }

  private apply(display: Display, isQuiet = false): void {
    this.display = display;
    this.viewport.setProperties({ voiRange: display.range }, isQuiet);
    drawWith(this.viewport, display);
    this.shownRange = display.range;
    this.tell();
  }

  /** MONOCHROME1 is drawn inverted from the start (PS3.3 C.7.6.3.1.2), also among images that are not. */
  private invertFor({ isColour, frame }: Slice): void {
    const isWhiteLow = !isColour && frame.pixels.photometricInterpretation === "MONOCHROME1";
    const invert = isWhiteLow !== this.isInvertedByReader;
    if ((this.viewport.getProperties().invert ?? false) !== invert) this.viewport.setProperties({ invert });
  }

  private tell(): void {
    const { shown, display, shownRange: range } = this;
    if (!shown || shown.isColour || !range) {
      this.onWindow({ window: null, windowName: null });
      return;
    }
    const isOwn = display !== null && isShownAs(display, range);
    this.onWindow({
      window: windowOfRange(range, this.windowFunction),
      windowName: isOwn ? nameOfDisplay(shown, display) : null,
    });
  }
}

function ownDisplay(slice: Slice, image: Types.IImage | undefined): Display | null {
  return namedDisplay(slice) ?? (image ? derivedDisplay(image) : null);
}

/**
 * The display a stack opens with: its first image's, or derived from its middle slice, where the body is. Null
 * where it opens with colour.
 */
export async function firstDisplay(slices: Slice[], index: number): Promise<Display | null> {
  const first = slices[index];
  if (!first || first.isColour) return null;
  const named = namedDisplay(first);
  return named ?? derivedDisplay(await loadNow(derivedFrom(slices, first).imageId));
}

/** Ask for the slice that a stack without a window takes its window from, which the first image waits for. */
export function loadForFirstDisplay(slices: Slice[], index: number): void {
  const source = windowSource(slices, index);
  // Who waits for it hears of a failure.
  if (source) loadNow(source.imageId).catch(() => undefined);
}

/** The images that a stack is first drawn with: the shown one, and the one that its window is derived from. */
export function neededFirst(slices: Slice[], shown: number, index: number): string[] {
  return [slices[shown], windowSource(slices, index)].flatMap((slice) => slice?.imageId ?? []);
}

/** The slice whose values the first window is derived from; null where none is. */
function windowSource(slices: Slice[], index: number): Slice | null {
  const first = slices[index];
  return !first || first.isColour || namedDisplay(first) ? null : derivedFrom(slices, first);
}

function derivedFrom(slices: Slice[], first: Slice): Slice {
  return hasDisplayOfItsOwn(first) ? first : (slices[Math.floor(slices.length / 2)] ?? first);
}

function loadNow(imageId: string): Promise<Types.IImage> {
  return imageLoader.loadAndCacheImage(imageId, { priority: 5, requestType: Enums.RequestType.Interaction });
}

function derivedDisplay(image: Types.IImage): Display {
  return { range: derivedRange(image.getPixelData(), paddingOf(image)), choice: null };
}
