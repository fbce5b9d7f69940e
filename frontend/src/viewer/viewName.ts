import { type DicomJson, itemOf, itemsOf, textOf } from "./dicomJson";
import { TAG } from "./tags";

/** Mammography views by SNOMED CT and the older SNOMED RT, in the words of View Position (PS3.16 CID 4014). */
const VIEW_OF_CODE: Record<string, string> = {
  "399260004": "ML",
  "R-10224": "ML",
  "399368009": "MLO",
  "R-10226": "MLO",
  "399352003": "LM",
  "R-10228": "LM",
  "399099002": "LMO",
  "R-10230": "LMO",
  "399162004": "CC",
  "R-10242": "CC",
  "399196006": "FB",
  "R-10244": "FB",
  "399188001": "SIO",
  "R-102D0": "SIO",
  "441555000": "ISO",
  "R-40AAA": "ISO",
  "399192008": "XCCL",
  "R-1024A": "XCCL",
  "399101009": "XCCM",
  "R-1024B": "XCCM",
};

/** What was done for a view, likewise (PS3.16 CID 4015). */
const MODIFIER_OF_CODE: Record<string, string> = {
  "399226006": "rolled medial",
  "R-102D4": "rolled medial",
  "442581004": "nipple in profile",
  "R-40AB3": "nipple in profile",
  "442580003": "axillary tissue",
  "R-40AB2": "axillary tissue",
  "441752004": "anterior compression",
  "P2-00161": "anterior compression",
  "415670009": "rolled superior",
  "R-102C9": "rolled superior",
  "399055006": "spot compression",
  "R-102D7": "spot compression",
  "399110001": "tangential",
  "R-102C2": "tangential",
  "399011000": "axillary tail",
  "R-102D1": "axillary tail",
  "399163009": "magnification",
  "R-102D6": "magnification",
  "399209000": "implant displaced",
  "R-102D5": "implant displaced",
  "399161006": "cleavage",
  "R-102D2": "cleavage",
  "442593008": "inframammary fold",
  "R-40ABE": "inframammary fold",
  "399197002": "rolled lateral",
  "R-102D3": "rolled lateral",
  "414493004": "rolled inferior",
  "R-102CA": "rolled inferior",
};

/** Side and view of a projection as they are called: "R MLO", "L CC spot compression"; null where nothing names a view. */
export function viewNameOf(instance: DicomJson): string | null {
  const coded = itemOf(instance, TAG.viewCode);
  const view = textOf(instance, TAG.viewPosition) ?? (coded && viewOfCode(coded));
  if (!view) return null;
  const modifiers = [
    ...itemsOf(coded ?? {}, TAG.viewModifierCode),
    ...itemsOf(instance, TAG.viewModifierCode),
  ];
  const words = modifiers.map((item) => MODIFIER_OF_CODE[textOf(item, TAG.codeValue) ?? ""]);
  return [sideOf(instance), view, ...new Set(words)].filter(Boolean).join(" ");
}

function viewOfCode(item: DicomJson): string | null {
  return VIEW_OF_CODE[textOf(item, TAG.codeValue) ?? ""] ?? null;
}

/** R or L, B for both; unpaired (U) and unknown are no side. */
function sideOf(instance: DicomJson): string {
  const shared = itemOf(instance, TAG.sharedGroups);
  const anatomy = shared && itemOf(shared, TAG.frameAnatomy);
  const side =
    textOf(instance, TAG.imageLaterality) ??
    (anatomy && textOf(anatomy, TAG.frameLaterality)) ??
    textOf(instance, TAG.laterality) ??
    "";
  return ["R", "L", "B"].includes(side) ? side : "";
}
