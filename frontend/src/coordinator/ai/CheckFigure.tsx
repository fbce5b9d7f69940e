import { Text } from "@mantine/core";
import { checkCsv, stageText, type WeightsCheck } from "@/domain/weightsCheck";
import { Figure } from "@/ui/charts/Figure";
import { WeightsCheckPlot } from "./WeightsCheckPlot";

/** How alike the map stays while the weights are redrawn. */
export function CheckFigure({ check }: { check: WeightsCheck }) {
  const undefinedStages = check.stages.filter(({ reason }) => reason);
  return (
    <>
      <Figure
        title="Does the map depend on the weights?"
        caption="The same explanation with the weights of ever more layers redrawn at random, from the last layer to the first (Adebayo et al. 2018). A map that stays alike shows the image and not what the model has learnt."
        name="weights-check"
        csv={() => checkCsv(check)}
        chart={<WeightsCheckPlot check={check} />}
      />
      {undefinedStages.map((stage) => (
        <Text key={stage.redrawn} size="xs" c="dimmed">
          {stageText(stage, check.number_of_layers).split("\n").join("; ")}
        </Text>
      ))}
    </>
  );
}
