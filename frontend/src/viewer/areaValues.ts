import type { MarkKind } from "@/domain/labelSchema";
import type { PixelPoint, Values } from "@/domain/payload";
import { type GreyImage, pixelsAround, valuesUnder } from "@/domain/pixelStatistics";

/** What is summed up within a few milliseconds, with every move of the mouse. */
const QUICK_PIXELS = 250_000;
const REST_MS = 150;

/** Of large areas, by the pixels of their image: a mark that stands is summed up once and not at every drawing. */
const known = new WeakMap<object, Map<string, Values>>();

/** The values under a mark, now. */
export function areaValues(kind: MarkKind, points: PixelPoint[], image: GreyImage): Values {
  if (isQuick(kind, points, image)) return valuesUnder(kind, points, image);
  const ofImage = known.get(image.values) ?? new Map<string, Values>();
  known.set(image.values, ofImage);
  const key = keyOf(kind, points);
  const values = ofImage.get(key) ?? valuesUnder(kind, points, image);
  ofImage.set(key, values);
  return values;
}

interface Job {
  key: string;
  sumUp: () => void;
}

/** The values beside marks that may be growing: those of a large area come when it has rested for a moment. */
export class RestingValues {
  /** By what is drawn: of a mark that grows only the last shape is wanted. */
  private readonly jobs = new Map<object, Job>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly onReady: () => void) {}

  /** The values, or null for those that are still to come; `drawn` is the annotation's own data. */
  of(drawn: object, kind: MarkKind, points: PixelPoint[], image: GreyImage): Values | null {
    if (isQuick(kind, points, image)) return valuesUnder(kind, points, image);
    const key = keyOf(kind, points);
    const values = known.get(image.values)?.get(key);
    if (values) {
      this.jobs.delete(drawn);
      return values;
    }
    if (this.jobs.get(drawn)?.key !== key) {
      this.jobs.set(drawn, { key, sumUp: () => areaValues(kind, points, image) });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.sumUp(), REST_MS);
    }
    return null;
  }

  private sumUp(): void {
    for (const { sumUp } of this.jobs.values()) sumUp();
    this.jobs.clear();
    this.onReady();
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.jobs.clear();
  }
}

function isQuick(kind: MarkKind, points: PixelPoint[], image: GreyImage): boolean {
  return pixelsAround(kind, points, image) <= QUICK_PIXELS;
}

function keyOf(kind: MarkKind, points: PixelPoint[]): string {
  return JSON.stringify([kind, points]);
}
