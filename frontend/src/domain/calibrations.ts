/** What a millimetre of an image outside the patient can mean (PS3.3 10.7.1). */
export type CalibrationKind =
  | "PATIENT"
  | "MAGNIFICATION"
  | "GEOMETRY"
  | "FIDUCIAL"
  | "CORRECTED"
  | "DETECTOR"
  | "FILM"
  | "UNSTATED"
  | "ULTRASOUND_REGION";

/** What stands after a size, on the image and in the list, where a millimetre is not simply one of the patient. */
export const CALIBRATION_SUFFIX: Record<CalibrationKind, string> = {
  PATIENT: "",
  MAGNIFICATION: "",
  GEOMETRY: "",
  FIDUCIAL: "",
  CORRECTED: "",
  DETECTOR: " at detector",
  FILM: " on film",
  UNSTATED: " (not stated how)",
  ULTRASOUND_REGION: " (US region)",
};
