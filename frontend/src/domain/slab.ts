/** How a plane gathers what lies before and behind it. */
export type SlabMode = "THIN" | "MIP" | "MINIP" | "AVERAGE";

export interface Slab {
  mode: SlabMode;
  thickness_mm: number;
}

export const SLAB_TEXT: Record<SlabMode, string> = {
  THIN: "Thin plane",
  MIP: "Maximum (MIP)",
  MINIP: "Minimum (MinIP)",
  AVERAGE: "Average",
};

export const SLAB_MODES = Object.keys(SLAB_TEXT) as SlabMode[];
export const SLAB_THICKNESSES_MM = [3, 5, 10, 15, 20, 30, 50, 100];

export const THIN_PLANE: Slab = { mode: "THIN", thickness_mm: 10 };

/** Thin, maximum, minimum, average and thin again. */
export function nextMode(slab: Slab): Slab {
  const next = SLAB_MODES[(SLAB_MODES.indexOf(slab.mode) + 1) % SLAB_MODES.length] ?? "THIN";
  return { ...slab, mode: next };
}

/** One step thicker or thinner. A thin plane that is made thicker becomes a maximum, the commonest slab. */
export function withThickness(slab: Slab, step: 1 | -1): Slab {
  if (slab.mode === "THIN") return step === 1 ? { ...slab, mode: "MIP" } : slab;
  const index = SLAB_THICKNESSES_MM.indexOf(slab.thickness_mm) + step;
  const thickness_mm = SLAB_THICKNESSES_MM[index];
  return thickness_mm === undefined ? slab : { ...slab, thickness_mm };
}

/** For the text over the image; null for a thin plane. */
export function slabText(slab: Slab): string | null {
  const short: Record<SlabMode, string | null> = {
    THIN: null,
    MIP: "MIP",
    MINIP: "MinIP",
    AVERAGE: "Average",
  };
  const name = short[slab.mode];
  return name && `${name} ${slab.thickness_mm} mm`;
}
