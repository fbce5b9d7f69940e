import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Frame, type SampleWish, sampleNumbersQuery } from "@/api/sampling";
import {
  countsOf,
  firstColumns,
  guessedPositive,
  type Positive,
  type Stratum,
  stratumKey,
} from "@/domain/sampling";

const TYPING_PAUSE_MS = 300;

/** What a coordinator is putting together: strata, counts and options, and the numbers they come to. */
export function useSampleForm(readerStudyId: string, frame: Frame) {
  const [columns, setColumns] = useState(() => firstColumns(frame.columns));
  const [positive, setPositive] = useState<Positive | null>(() => guessedPositive(frame.columns, columns));
  const [counts, setCounts] = useState<Record<string, number>>({});
  const [onePerPatient, setOnePerPatient] = useState(true);
  const [replaces, setReplaces] = useState(false);
  const without: SampleWish = {
    frame_number: frame.number,
    columns,
    counts: [],
    one_per_patient: onePerPatient,
    replaces,
    positive: positive && positive.values.length > 0 ? positive : null,
  };
  const wanted = Object.entries(counts).map(([key, count]) => ({
    values: JSON.parse(key) as string[],
    count,
  }));
  const wish = { ...without, counts: wanted };
  const [asked] = useDebouncedValue(wish, TYPING_PAUSE_MS);
  const numbers = useQuery(sampleNumbersQuery(readerStudyId, asked));
  const found = numbers.data?.strata ?? [];
  const strata = found.map((one) => ({ ...one, wanted: counts[stratumKey(one.values)] ?? 0 }));
  return {
    columns,
    positive,
    onePerPatient,
    replaces,
    strata,
    numbers,
    /** Without counts, to have them worked out. */
    without,
    wish: { ...without, counts: countsOf(strata) },
    /** Whether the numbers are those of what stands in the fields. */
    isCurrent: JSON.stringify(asked) === JSON.stringify(wish) && !numbers.isPlaceholderData,
    setColumns: (chosen: string[]) => {
      // In the order of the frame, whichever was ticked first.
      const ordered = frame.columns.map(({ name }) => name).filter((name) => chosen.includes(name));
      setColumns(ordered);
      setCounts({});
      if (!positive || !ordered.includes(positive.column))
        setPositive(guessedPositive(frame.columns, ordered));
    },
    setPositive,
    setOnePerPatient,
    setReplaces,
    setCount: (values: string[], count: number) => setCounts({ ...counts, [stratumKey(values)]: count }),
    fill: (filled: Stratum[]) =>
      setCounts(Object.fromEntries(filled.map((one) => [stratumKey(one.values), one.wanted]))),
  };
}

export type SampleForm = ReturnType<typeof useSampleForm>;
