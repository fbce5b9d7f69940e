import type { CalibrationKind } from "@/domain/calibrations";
import { CALIBRATION_TEXT, type Calibration } from "./calibration";
import type { Slice } from "./slices";
import { SUV_REFUSALS } from "./suv";

/** One word in the corner of an image about how it is shown, and the sentence behind it. */
export interface Badge {
  word: string;
  text: string;
}

const CALIBRATION_WORDS: Record<CalibrationKind, string | null> = {
  PATIENT: null,
  MAGNIFICATION: "Magnification",
  GEOMETRY: "Calibrated",
  FIDUCIAL: "Calibrated",
  CORRECTED: "Calibrated",
  DETECTOR: "Detector",
  FILM: "Film",
  UNSTATED: "Spacing?",
  ULTRASOUND_REGION: null,
};

/** How the image is drawn: with a window derived for it, and by the processor, which draws no curves. */
export interface Drawing {
  hasDerivedWindow: boolean;
  isByProcessor: boolean;
}

/** What a reader has to know of an image that is not plain greys and millimetres, the weightiest first. */
export function badgesOf(slice: Slice, drawing: Drawing): Badge[] {
  const { frame } = slice;
  const found = [
    frame.isLossy && { word: "Lossy", text: "The image was compressed with loss before it came here." },
    frame.regions.length > 0
      ? { word: "Regions", text: "Millimetres hold inside the calibrated ultrasound regions only." }
      : calibrationBadge(frame.calibration),
    suvBadge(slice),
    displayBadge(slice, drawing),
    frame.pixels.photometricInterpretation === "MONOCHROME1" && {
      word: "MONOCHROME1",
      text: "Low values are shown bright, as the image asks (Photometric Interpretation MONOCHROME1).",
    },
  ];
  return found.filter((badge) => badge !== null && badge !== false);
}

function calibrationBadge(calibration: Calibration): Badge | null {
  if (!calibration.spacing) {
    return { word: "Pixels", text: "The image has no pixel spacing: sizes are in pixels." };
  }
  const word = CALIBRATION_WORDS[calibration.kind];
  return word === null ? null : { word, text: CALIBRATION_TEXT[calibration.kind] };
}

function suvBadge({ frame }: Slice): Badge | null {
  const { suv } = frame.pixels;
  if (!suv) return null;
  if (suv.refusal !== null) return { word: "No SUV", text: SUV_REFUSALS[suv.refusal] ?? "There is no SUV." };
  const by = suv.kind === "BW" ? "body weight" : suv.kind;
  return { word: "SUV", text: `Values are standardised uptake values (by ${by}).` };
}

const STRAIGHT = {
  word: "Not its greys",
  text: "The image asks for a curve or a lookup table, which cannot be drawn without graphics acceleration (WebGL): a straight window is shown instead.",
};

function displayBadge({ isColour, frame }: Slice, drawing: Drawing): Badge | null {
  if (isColour) return null;
  if (drawing.hasDerivedWindow) {
    return { word: "Auto", text: "The image names no window: this one is derived from its values." };
  }
  const [display] = frame.displays;
  const isTable = display?.kind === "TABLE";
  if (!isTable && !(display?.kind === "WINDOW" && display.voiFunction === "SIGMOID")) return null;
  if (drawing.isByProcessor) return STRAIGHT;
  return isTable
    ? { word: "LUT", text: "Shown through the lookup table of the image." }
    : { word: "Sigmoid", text: "Shown with the S-shaped curve that the image asks for (SIGMOID)." };
}
