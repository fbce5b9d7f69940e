import type { Opening } from "../grid";
import { startIndex } from "../start";
import { type DicomInstance, instancesOf, type Manifest } from "./manifest";

const SOP_INSTANCE_UID = "00080018";
const MODALITY = "00080060";
const INSTANCE_NUMBER = "00200013";
const SAMPLES_PER_PIXEL = "00280002";
const PHOTOMETRIC_INTERPRETATION = "00280004";
const WINDOW_CENTER = "00281050";
const VOI_LUT_SEQUENCE = "00283010";

/** Each of these is a picture for itself; the slices of other modalities share one window, as in a PACS. */
export const SINGLE_PICTURES: ReadonlySet<string> = new Set(["CR", "DX", "MG", "IO", "PX", "RG", "OT", "XC"]);

interface Entry {
  instance: DicomInstance;
  number: number;
  first: number;
  count: number;
}

/**
 * Where the frame stands with which a series most likely opens, from 1; null where a mark decides. Instances are taken
 * by their number: the viewer, which knows positions, orders most series like that. A wrong guess costs one frame.
 */
export function likelyFirst(manifest: Manifest, opening: Opening | undefined): number | null {
  return firstAmong(entriesOf(manifest), opening)?.place ?? null;
}

/**
 * Where the frames stand that the first image most likely waits for: itself, and the middle slice where the series
 * names no window, which is then derived from that one.
 */
export function likelyNeeded(manifest: Manifest, opening: Opening | undefined): number[] {
  const entries = entriesOf(manifest);
  const first = firstAmong(entries, opening);
  if (!first) return [];
  const middle = placesOf(entries)[Math.floor(placesOf(entries).length / 2)];
  const isDerived = middle !== undefined && isWithoutWindow(first.entry);
  return isDerived && middle.place !== first.place ? [first.place, middle.place] : [first.place];
}

function entriesOf(manifest: Manifest): Entry[] {
  let before = 0;
  return instancesOf(manifest).map((instance, index) => {
    const first = before + 1;
    const count = manifest.frames[index] ?? 0;
    before += count;
    return { instance, number: Number(firstValue(instance, INSTANCE_NUMBER) ?? 0), first, count };
  });
}

function firstAmong(entries: Entry[], opening: Opening | undefined): Placed | undefined {
  if (opening?.start.at === "FIRST_MARK") return undefined;
  const chosen = entries.find(
    ({ instance }) => firstValue(instance, SOP_INSTANCE_UID) === opening?.sopInstanceUid,
  );
  if (chosen && opening?.start.at === "FIRST") return { entry: chosen, place: chosen.first };
  const places = placesOf(entries);
  return places[opening ? startIndex(opening.start, places.length) : 0];
}

interface Placed {
  entry: Entry;
  place: number;
}

function placesOf(entries: Entry[]): Placed[] {
  return [...entries]
    .sort((one, other) => one.number - other.number)
    .flatMap((entry) =>
      Array.from({ length: entry.count }, (_, frame) => ({ entry, place: entry.first + frame })),
    );
}

/** Frames of one instance may name their windows each for itself, deep in its functional groups. */
function isWithoutWindow({ instance, count }: Entry): boolean {
  const isGrey =
    Number(firstValue(instance, SAMPLES_PER_PIXEL) ?? 1) === 1 &&
    firstValue(instance, PHOTOMETRIC_INTERPRETATION) !== "PALETTE COLOR";
  const isNamed =
    firstValue(instance, WINDOW_CENTER) !== undefined || firstValue(instance, VOI_LUT_SEQUENCE) !== undefined;
  return isGrey && count === 1 && !isNamed && !SINGLE_PICTURES.has(String(firstValue(instance, MODALITY)));
}

function firstValue(instance: DicomInstance, tag: string): unknown {
  return instance[tag]?.Value?.[0];
}
