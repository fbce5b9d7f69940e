import type { HangingRule, PaneRule } from "./hanging";

const FIRST = { at: "FIRST" } as const;
const LUNG = { center: -600, width: 1500 };

const mammogram = (laterality: "R" | "L", view: string, prior = 0): PaneRule => ({
  prior,
  select: { modality: ["MG"], view: [view], laterality },
  start: FIRST,
  // Facing each other: the right breast left of the left one, chest walls in the middle.
  chest_wall: laterality === "R" ? "RIGHT" : "LEFT",
});

const likeFirst: PaneRule = { prior: 1, select: { like: 0 }, start: FIRST };
const frontal = ["PA", "AP"];

const CT_OF_PET: PaneRule = { prior: 0, select: { modality: ["CT"], prefer: "MOST_IMAGES" }, start: FIRST };
const PET: PaneRule = { prior: 0, select: { modality: ["PT"], prefer: "MOST_IMAGES" }, start: FIRST };

/** Hung when no rule of the reader study fits; the first that fits wins. */
export const DEFAULT_RULES: HangingRule[] = [
  {
    name: "Mammography, four views",
    when: { modality: ["MG"] },
    layout: "FOUR",
    panes: [mammogram("R", "CC"), mammogram("L", "CC"), mammogram("R", "MLO"), mammogram("L", "MLO")],
    links: [],
  },
  ...["CC", "MLO"].map(
    (view): HangingRule => ({
      name: `Mammography, both ${view}`,
      when: { modality: ["MG"] },
      layout: "SIDE_BY_SIDE",
      panes: [mammogram("R", view), mammogram("L", view)],
      links: [],
    }),
  ),
  ...(["R", "L"] as const).map(
    (side): HangingRule => ({
      name: `Mammography, ${side === "R" ? "right" : "left"} breast`,
      when: { modality: ["MG"] },
      layout: "SIDE_BY_SIDE",
      panes: [mammogram(side, "CC"), mammogram(side, "MLO")],
      links: [],
    }),
  ),
  {
    name: "Radiograph beside the prior",
    when: { modality: ["CR", "DX"], has_prior: true },
    layout: "SIDE_BY_SIDE",
    panes: [{ prior: 0, select: { modality: ["CR", "DX"] }, start: FIRST }, likeFirst],
    links: [],
  },
  {
    name: "Radiograph, frontal and lateral",
    when: { modality: ["CR", "DX"] },
    layout: "SIDE_BY_SIDE",
    panes: [
      { prior: 0, select: { modality: ["CR", "DX"], view: frontal }, start: FIRST },
      { prior: 0, select: { modality: ["CR", "DX"], view: ["LATERAL"] }, start: FIRST },
    ],
    links: [],
  },
  {
    name: "PET/CT beside the prior",
    when: { modality: ["PT"], has_prior: true },
    layout: "FOUR",
    panes: [CT_OF_PET, PET, { ...likeFirst, select: { like: 0 } }, { ...likeFirst, select: { like: 1 } }],
    links: ["SCROLL"],
  },
  {
    name: "PET beside its CT",
    when: { modality: ["PT"] },
    layout: "SIDE_BY_SIDE",
    panes: [CT_OF_PET, PET],
    links: [],
  },
  {
    name: "CT beside the prior",
    when: { modality: ["CT"], has_prior: true },
    layout: "SIDE_BY_SIDE",
    panes: [{ prior: 0, select: { modality: ["CT"], prefer: "MOST_IMAGES" }, start: FIRST }, likeFirst],
    links: ["SCROLL", "WINDOW"],
  },
  {
    name: "Chest CT, thin axial slices in the lung window",
    when: { modality: ["CT"], body_part: ["CHEST", "THORAX", "LUNG"] },
    layout: "ONE",
    panes: [
      {
        prior: 0,
        select: { modality: ["CT"], orientation: "AXIAL", prefer: "THINNEST" },
        start: FIRST,
        window: LUNG,
      },
    ],
    links: [],
  },
  {
    name: "CT, axial",
    when: { modality: ["CT"] },
    layout: "ONE",
    panes: [
      { prior: 0, select: { modality: ["CT"], orientation: "AXIAL", prefer: "MOST_IMAGES" }, start: FIRST },
    ],
    links: [],
  },
  {
    name: "MR beside the prior",
    when: { modality: ["MR"], has_prior: true },
    layout: "SIDE_BY_SIDE",
    panes: [{ prior: 0, select: { modality: ["MR"], prefer: "MOST_IMAGES" }, start: FIRST }, likeFirst],
    links: ["SCROLL"],
  },
  {
    name: "MR, four series",
    when: { modality: ["MR"], number_of_series: { minimum: 4 } },
    layout: "FOUR",
    panes: [0, 1, 2, 3].map(() => ({ prior: 0, select: { modality: ["MR"] }, start: FIRST })),
    links: [],
  },
  {
    name: "MR, two series",
    when: { modality: ["MR"], number_of_series: { minimum: 2 } },
    layout: "SIDE_BY_SIDE",
    panes: [0, 1].map(() => ({ prior: 0, select: { modality: ["MR"] }, start: FIRST })),
    links: [],
  },
  {
    name: "Ultrasound, from the first image",
    when: { modality: ["US"] },
    layout: "ONE",
    panes: [{ prior: 0, select: { modality: ["US"], prefer: "MOST_IMAGES" }, start: FIRST }],
    links: [],
  },
  {
    // Localisers and reports come first by number, but the reader wants the series with the images.
    name: "The series with the most images",
    when: {},
    layout: "ONE",
    panes: [{ prior: 0, select: { prefer: "MOST_IMAGES" }, start: FIRST }],
    links: [],
  },
];
