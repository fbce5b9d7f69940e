import { Anchor, Group, Text } from "@mantine/core";
import { checkDraw, type Draw, samplingFiles } from "@/api/sampling";
import { counted } from "@/domain/counted";
import { shareText } from "@/domain/sampling";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { DrawnAgain } from "../DrawnAgain";
import type { PartProps } from "../parts";
import { StrataTable } from "./StrataTable";

/** A draw as it is stored: what it was drawn from, and what came out. */
export function DrawCard({ readerStudy, draw }: PartProps & { draw: Draw }) {
  const files = samplingFiles(readerStudy.id);
  return (
    <Section
      title={`Draw ${draw.number}: ${draw.number_drawn} cases`}
      about={`Drawn ${dateTime(draw.created_at)} by ${draw.created_by} from frame ${draw.frame_number} with the seed ${draw.seed}; ${draw.algorithm}.`}
      actions={
        <>
          <Anchor href={files.drawCsv(draw.number)} download size="sm">
            CSV
          </Anchor>
          <Anchor href={files.draw(draw.number)} download={`sample-${draw.number}.json`} size="sm">
            JSON
          </Anchor>
        </>
      }
    >
      <Group gap="sm">
        <DrawnAgain what="cases" check={() => checkDraw(readerStudy.id, draw.number)} />
        <Text size="sm" c="dimmed">
          {toldOf(draw)}
        </Text>
      </Group>
      <StrataTable label={`Strata of draw ${draw.number}`} columns={draw.columns} strata={draw.strata} />
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        SHA-256 {draw.digest}
      </Text>
    </Section>
  );
}

function toldOf({ one_per_patient, replaces, number_left_out, prevalence }: Draw): string {
  const parts = [
    one_per_patient ? "One imaging study per patient" : "Also several imaging studies of a patient",
    replaces ? "in place of the cases there were" : "added to the cases there were",
    ...(number_left_out > 0 ? [`${counted(number_left_out, "candidate")} left out: cases already`] : []),
    ...(prevalence
      ? [
          `prevalence ${shareText(prevalence.frame)} in the frame, ${shareText(prevalence.sample)} in the sample`,
        ]
      : []),
  ];
  return `${parts.join("; ")}.`;
}
