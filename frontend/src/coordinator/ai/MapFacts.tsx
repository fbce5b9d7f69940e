import { Text } from "@mantine/core";
import type { PredictionShown } from "@/api/predictionImages";
import { METHOD_NAMES, parametersText } from "@/domain/aiMaps";
import { completenessText, verdict } from "@/domain/weightsCheck";
import { dateTime } from "@/ui/times";
import { CheckFigure } from "./CheckFigure";

interface MapFactsProps {
  prediction: PredictionShown;
  /** "HEAT_MAP", or the id of an explanation. */
  chosen: string | null;
}

/** What the map over the images is, what its colours mean, and what its checks have said. */
export function MapFacts({ prediction, chosen }: MapFactsProps) {
  const explanation = prediction.explanations.find(({ id }) => id === chosen);
  if (!explanation) {
    if (chosen !== "HEAT_MAP") return null;
    return (
      <Text size="sm">
        The model gave this map with its prediction: each place has a value of 0 to 1, and that is the colour.
      </Text>
    );
  }
  const { method, output_name, parameters, facts, greatest, weights_check: check } = explanation;
  const completeness = completenessText(facts);
  return (
    <section aria-label="The chosen map">
      <Text size="sm" fw={600}>
        {METHOD_NAMES[method]} of {output_name}
      </Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {parametersText(parameters)}; of a score of {facts.score.toFixed(3)}; stored{" "}
        {dateTime(explanation.created_at)}
      </Text>
      <Text size="sm" mt={6}>
        The brightest colour is a magnitude of {greatest.toPrecision(3)}, the greatest of this map: colours of
        two maps cannot be compared.
      </Text>
      {completeness && (
        <Text size="sm" mt={6}>
          {completeness}
        </Text>
      )}
      <Text size="sm" mt={6} c={check ? undefined : "dimmed"}>
        {check ? verdict(check) : "Not checked whether it depends on the weights."}
      </Text>
      {check && <CheckFigure check={check} />}
    </section>
  );
}
