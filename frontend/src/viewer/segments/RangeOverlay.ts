import { cache, Enums } from "@cornerstonejs/core";
import type { ValueRange } from "@/domain/segmentTools";
import type { Pane } from "../pane";

const { Events } = Enums;
const TINT = [255, 236, 92, 90] as const;

/** While a range is being chosen, the voxels of the shown slices that lie in it are tinted. */
export class RangeOverlay {
  private readonly tints = new Map<Pane, Tint>();

  show(panes: Pane[], range: ValueRange | null): void {
    for (const [pane, tint] of this.tints) {
      if (range && panes.includes(pane)) continue;
      tint.destroy();
      this.tints.delete(pane);
    }
    if (!range) return;
    for (const pane of panes) {
      const tint = this.tints.get(pane) ?? new Tint(pane);
      this.tints.set(pane, tint);
      tint.setRange(range);
    }
  }

  destroy(): void {
    this.show([], null);
  }
}

/** A canvas of the image's own pixels over one pane, moved with the image. */
class Tint {
  private readonly canvas = document.createElement("canvas");
  private readonly onRendered = (): void => this.draw();
  private range: ValueRange | null = null;
  private drawn = "";

  constructor(private readonly pane: Pane) {
    this.canvas.dataset.testid = "range-tint";
    Object.assign(this.canvas.style, {
      position: "absolute",
      left: "0",
      top: "0",
      pointerEvents: "none",
      transformOrigin: "0 0",
      imageRendering: "pixelated",
    });
    pane.element.append(this.canvas);
    pane.element.addEventListener(Events.IMAGE_RENDERED, this.onRendered);
  }

  setRange(range: ValueRange): void {
    this.range = range;
    this.draw();
  }

  private draw(): void {
    const { imageId } = this.pane.store.get();
    const image = imageId === null ? undefined : cache.getImage(imageId);
    if (!image || !this.range || image.color) {
      this.canvas.style.display = "none";
      return;
    }
    const { lowest, highest } = this.range;
    const key = `${imageId} ${lowest} ${highest}`;
    if (this.drawn !== key) {
      this.drawn = key;
      tinted(this.canvas, image.getPixelData(), image.columns, image.rows, this.range);
    }
    this.place();
  }

  /** The corner of the first pixel and one step along a row and a column, on the screen. */
  private place(): void {
    const { left, top } = this.pane.element.getBoundingClientRect();
    const at = (column: number, row: number) => this.pane.clientPointOfPixel(column, row);
    const [origin, right, down] = [at(-0.5, -0.5), at(0.5, -0.5), at(-0.5, 0.5)];
    this.canvas.style.display = origin && right && down ? "block" : "none";
    if (!origin || !right || !down) return;
    const steps = [right.x - origin.x, right.y - origin.y, down.x - origin.x, down.y - origin.y];
    this.canvas.style.transform = `matrix(${[...steps, origin.x - left, origin.y - top].join(",")})`;
  }

  destroy(): void {
    this.pane.element.removeEventListener(Events.IMAGE_RENDERED, this.onRendered);
    this.canvas.remove();
  }
}

function tinted(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  columns: number,
  rows: number,
  { lowest, highest }: ValueRange,
): void {
  canvas.width = columns;
  canvas.height = rows;
  const pixels = new ImageData(columns, rows);
  for (let index = 0; index < columns * rows; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (value >= lowest && value <= highest) pixels.data.set(TINT, 4 * index);
  }
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}
