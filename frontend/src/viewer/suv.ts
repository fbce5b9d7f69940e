/** Why a PET has no SUV: the codes of portal/imaging/suv.py, as the reader is told. */
export const SUV_REFUSALS: Record<string, string> = {
  NOT_CORRECTED: "No SUV: the image is not corrected for attenuation and decay.",
  DECAY_CORRECTION: "No SUV: decay was not corrected to the start of the scan or the injection.",
  UNITS: "No SUV: the units are not Bq/ml, g/ml or counts with the manufacturer's factor.",
  WEIGHT: "No SUV: the image does not say the patient's weight.",
  DOSE: "No SUV: the injected dose is missing or impossible.",
  HALF_LIFE: "No SUV: the half-life of the radionuclide is missing.",
  TIMES: "No SUV: the times of injection and scan are missing or contradict each other.",
};
