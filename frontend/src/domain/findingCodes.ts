import type { Code } from "./labelSchema";

/** Codes offered while typing; any other code can be entered. Schemes are DICOM coding scheme designators. */
export const FINDING_CODES: Code[] = [
  { scheme: "RADLEX", value: "RID50149", meaning: "pulmonary nodule" },
  { scheme: "SCT", value: "52988006", meaning: "Lesion" },
  { scheme: "SCT", value: "27925004", meaning: "Nodule" },
  { scheme: "SCT", value: "4147007", meaning: "Mass" },
  { scheme: "SCT", value: "125605004", meaning: "Fracture of bone" },
  { scheme: "SCT", value: "36118008", meaning: "Pneumothorax" },
  { scheme: "SCT", value: "60046008", meaning: "Pleural effusion" },
  { scheme: "SCT", value: "233604007", meaning: "Pneumonia" },
  { scheme: "SCT", value: "59282003", meaning: "Pulmonary embolism" },
  { scheme: "SCT", value: "50960005", meaning: "Hemorrhage" },
];
