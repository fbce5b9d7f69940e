import { SimpleGrid, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { LayerPreview, LeftOut, OperatingLayer } from "@/api/operatingLayers";
import type { CurvePoint } from "@/domain/operatingLayers";
import {
  methodLabel,
  parametersText,
  probabilityText,
  shiftMeaning,
  shiftText,
} from "@/domain/operatingLayers";
import { Section } from "@/ui/Section";
import { LayerFigures, ScoreCurve } from "./LayerFigures";

interface LayerPreviewViewProps {
  preview: LayerPreview;
  /** What can be done with it. */
  children: ReactNode;
}

/** A layer that is not stored: what it does, how it did, and whose cases did not count. */
export function LayerPreviewView({ preview, children }: LayerPreviewViewProps) {
  const { reader_study: study, figures } = preview;
  return (
    <>
      <Section title="What it would do">
        <LayerFacts layer={preview} curve={figures.curve} />
      </Section>
      <Section
        title={`How it does on ${study.name}`}
        about={`Truth version ${preview.reference_standard_version}. ${leftOutText(preview.left_out)}`}
      >
        <LayerFigures figures={figures} name="Preview" />
      </Section>
      <Section title="Store it">{children}</Section>
    </>
  );
}

interface LayerFactsProps {
  layer: Pick<
    OperatingLayer,
    "method" | "parameters" | "trained_at" | "applied_at" | "operating_threshold" | "set_digest"
  >;
  curve: CurvePoint[] | null;
  more?: [string, string][];
}

/** The numbers of a layer, what a shift means, and what becomes of scores. */
export function LayerFacts({ layer, curve, more = [] }: LayerFactsProps) {
  const facts: [string, string][] = [
    ["Method", methodLabel(layer.method)],
    ["Parameters", parametersText(layer.method, layer.parameters)],
    ["Prevalence shift", shiftText(layer)],
    ["Positive from", probabilityText(layer.operating_threshold)],
    ...more,
    ["Fitted on (SHA-256)", layer.set_digest],
  ];
  const meaning = shiftMeaning(layer, curve ?? []);
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
      <Stack gap="sm">
        <Table variant="vertical" aria-label="Facts about the layer">
          <Table.Tbody>
            {facts.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th w={170}>{name}</Table.Th>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {meaning && <Text size="sm">{meaning}</Text>}
      </Stack>
      {curve && <ScoreCurve curve={curve} hasShift={layer.applied_at !== null} />}
    </SimpleGrid>
  );
}

/** Which cases do not count, and why. */
export function leftOutText(leftOut: LeftOut[]): string {
  if (leftOut.length === 0) return "All cases count.";
  const rows = leftOut.map(({ n, detail }) => `${n} ${n === 1 ? "case" : "cases"}: ${detail}`);
  return `Left out: ${rows.join(" ")}`;
}
