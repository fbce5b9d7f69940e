import { Button, Group } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Fill, fillCounts } from "@/api/sampling";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { NumberField } from "@/ui/NumberField";
import type { PartProps } from "../parts";
import type { SampleForm } from "./useSampleForm";

/** Counts worked out by the server from a total: as the frame is, the same of each, or with a prevalence. */
export function FillFields({ readerStudy, form }: PartProps & { form: SampleForm }) {
  const [total, setTotal] = useState<number | null>(null);
  const [percent, setPercent] = useState<number | null>(50);
  const filling = useMutation({
    mutationFn: (fill: Fill) => fillCounts(readerStudy.id, form.without, fill),
    onSuccess: ({ strata }) => form.fill(strata),
  });
  const may = total !== null && total > 0 && form.columns.length > 0;
  const mayEnrich = may && percent !== null && (form.positive?.values.length ?? 0) > 0;
  const fill = (kind: Fill["kind"]) => total !== null && filling.mutate({ kind, total });
  const enrich = () =>
    total !== null &&
    percent !== null &&
    filling.mutate({ kind: "PREVALENCE", total, prevalence: (percent / 100).toFixed(4) });
  return (
    <>
      <Group gap="sm" align="flex-end">
        <NumberField
          label="Cases together"
          w={130}
          min={1}
          allowDecimal={false}
          value={total}
          onChange={(value) => setTotal(value)}
        />
        <Button variant="default" disabled={!may} onClick={() => fill("PROPORTIONAL")}>
          As in the frame
        </Button>
        <Button variant="default" disabled={!may} onClick={() => fill("EQUAL")}>
          Same of each
        </Button>
        <NumberField
          label="Prevalence, %"
          w={120}
          min={0}
          max={100}
          decimalScale={2}
          value={percent}
          onChange={(value) => setPercent(value)}
        />
        <Button variant="default" disabled={!mayEnrich} onClick={enrich}>
          With this prevalence
        </Button>
      </Group>
      {filling.error && <ErrorNotice error={filling.error} title="The counts stay as they are" />}
    </>
  );
}
