/** Measured quantities in words: what a table of a segment says first, and how each quantity is written. */

interface Measured {
  name: string;
  value: number | null;
  unit: string;
  reason: string | null;
}

const NOT_DEFINED = "–";
const DIGITS = 4;

/** UCUM as people write it; what is not here is written as it is. */
const UNITS: Record<string, string> = {
  "1": "",
  mm2: "mm²",
  mm3: "mm³",
  "[hnsf'U]": "HU",
  "{counts}": "counts",
  "{propcounts}": "counts",
  "{SUVbw}g/ml": "SUV",
  "{SUVlbm}g/ml": "SUL",
};

export const unitText = (unit: string) => UNITS[unit] ?? unit;

/** "longest_diameter_in_slice" as "Longest diameter in slice". */
export function quantityName(name: string): string {
  const words = name.replaceAll("_", " ").replace("3d", "3D");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value with its unit; a dash where it has none. */
export function quantityText({ value, unit }: Measured): string {
  if (value === null) return NOT_DEFINED;
  return [numberText(value), unitText(unit)].filter(Boolean).join(" ");
}

function numberText(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e7 || Math.abs(value) < 1e-3))
    return value.toExponential(DIGITS - 1);
  return value.toLocaleString("en", { maximumSignificantDigits: Math.max(DIGITS, wholeDigits(value)) });
}

const wholeDigits = (value: number) => Math.trunc(Math.abs(value)).toString().length;

/** Volume, diameters and values of a segment in a few words each. */
export function headlines(quantities: readonly Measured[]): {
  volume: string;
  diameters: string;
  values: string;
} {
  const named = new Map(quantities.map((one) => [one.name, one]));
  const numberOf = (name: string) => named.get(name)?.value ?? null;
  const [volume, mean, deviation] = ["volume", "mean", "standard_deviation"].map(numberOf);
  const long = numberOf("longest_diameter_in_slice");
  const short = numberOf("perpendicular_diameter_in_slice");
  return {
    volume: volume == null ? NOT_DEFINED : `${numberText(volume / 1000)} ml`,
    diameters: [long, short].every((one) => one === null)
      ? NOT_DEFINED
      : `${[long, short].map((one) => (one === null ? NOT_DEFINED : one.toFixed(1))).join(" × ")} mm`,
    values:
      mean == null
        ? NOT_DEFINED
        : [
            numberText(mean),
            ...(deviation == null ? [] : [`± ${numberText(deviation)}`]),
            unitText(named.get("mean")?.unit ?? "1"),
          ]
            .filter(Boolean)
            .join(" "),
  };
}
