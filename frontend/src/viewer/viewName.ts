import mammography from "../../../portal/imaging/schemas/mammography-views.json";
import { type DicomJson, itemOf, itemsOf, textOf } from "./dicomJson";
import { TAG } from "./tags";

/** The name of each code: one table for the portal, which lets these codes pass, and for the words here. */
const VIEW_OF_CODE = byCode(mammography.views);
const MODIFIER_OF_CODE = byCode(mammography.modifiers);

function byCode(codesOfName: Record<string, string[]>): Record<string, string> {
  const pairs = Object.entries(codesOfName).flatMap(([name, codes]) => codes.map((code) => [code, name]));
  return Object.fromEntries(pairs);
}

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
