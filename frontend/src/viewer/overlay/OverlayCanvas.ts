import { Enums } from "@cornerstonejs/core";
import type { PatientMm, PixelPoint } from "@/domain/payload";
import type { Pane } from "../pane";

/** Size of a picture, and its colours as RGBA. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** A picture over one pane, beneath its marks, drawn anew whenever the image is. */
export abstract class OverlayCanvas {
  protected readonly canvas = document.createElement("canvas");
  private frame = 0;

  constructor(
    protected readonly pane: Pane,
    name: string,
  ) {
    Object.assign(this.canvas.style, { position: "absolute", inset: "0", width: "100%", height: "100%" });
    this.canvas.style.pointerEvents = "none";
    this.canvas.dataset.testid = name;
    this.canvas.hidden = true;
    // Right above the image: the marks are drawn in a layer that comes after it.
    pane.element.querySelector("canvas.cornerstone-canvas")?.after(this.canvas);
    pane.element.addEventListener(Enums.Events.IMAGE_RENDERED, this.repaintSoon);
  }

  /** What is to be seen now; null for nothing. */
  protected abstract picture(): Picture | null;

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.pane.element.removeEventListener(Enums.Events.IMAGE_RENDERED, this.repaintSoon);
    this.canvas.remove();
  }

  protected readonly repaintSoon = (): void => {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.repaint());
  };

  private repaint(): void {
    const picture = this.picture();
    this.canvas.hidden = !picture;
    if (!picture) return;
    const { width, height, pixels } = picture;
    // Setting a canvas's size clears it.
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }

  /** Where a place on the screen lies as Cornerstone sees it: in the patient, or in the plane of the image alone. */
  protected readonly worldAt = ([x, y]: PixelPoint): PatientMm => {
    const [a, b, c] = this.pane.viewport.canvasToWorld([x, y]);
    return [a, b, c];
  };

  /** A raster over the pane with samples `step` screen pixels apart, in the coordinates that `at` gives a place. */
  protected rasterBy(at: (screen: PixelPoint) => PatientMm, step: number) {
    const { clientWidth, clientHeight } = this.pane.element;
    const [width, height] = [Math.floor(clientWidth / step), Math.floor(clientHeight / step)];
    if (width < 1 || height < 1) return null;
    const origin = at([step / 2, step / 2]);
    const stepTo = (screen: PixelPoint): PatientMm => {
      const [x, y, z] = at(screen);
      return [x - origin[0], y - origin[1], z - origin[2]];
    };
    const right = stepTo([1.5 * step, step / 2]);
    const down = stepTo([step / 2, 1.5 * step]);
    return { origin, right, down, width, height };
  }
}
