import { Alert, List, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { designQuery, putDesign } from "@/api/designs";
import { type Design, type DesignChange, redone } from "@/domain/designs";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { FROZEN, type PartProps, useFresh, useStudyChange } from "../parts";
import { SaveRefused } from "../SaveRefused";
import { ArbitrationFields } from "./ArbitrationFields";
import { BlindingMatrix } from "./BlindingMatrix";
import { KindFields } from "./KindFields";
import { MaskField } from "./MaskField";
import { PairingFields } from "./PairingFields";
import { PlanTable } from "./PlanTable";
import { RepeatsFields } from "./RepeatsFields";
import { SessionFields } from "./SessionFields";
import { TrainingField } from "./TrainingField";

/** Who reads what, when and in which condition, with a picture of what that comes to. */
export function DesignPart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(designQuery(readerStudy.id));
  const saving = useStudyChange(
    readerStudy.id,
    ({ design, base }: DesignChange) => putDesign(readerStudy.id, design, base),
    undefined,
    "design",
  );
  const fresh = useFresh(designQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const isFrozen = readerStudy.state !== "DRAFT";
  // A choice shows at once; a refusal puts it back and says why.
  const design = (saving.isPending && saving.variables.design) || data.design;
  // One change after the other may be on its way: each is made from the one before.
  const onChange = (changed: Design) => saving.mutate({ design: changed, base: design });
  const field = { design, isFrozen, onChange };
  const again = async () => {
    const { design: now } = await fresh();
    if (saving.variables) await saving.mutateAsync({ design: redone(saving.variables, now), base: now });
  };
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Section title="Design" about={isFrozen ? FROZEN : "Changes are stored at once."}>
          {saving.error && (
            <SaveRefused error={saving.error} title="The change was not made" onOverwrite={again} />
          )}
          <KindFields {...field} hasAi={readerStudy.ai_model_version !== null} />
          <SessionFields {...field} />
          <PairingFields {...field} numberOfCases={readerStudy.number_of_cases} />
          {design.pairing.kind === "DOUBLE" && (
            <ArbitrationFields {...field} pairing={design.pairing} readerStudy={readerStudy} />
          )}
          <RepeatsFields {...field} />
          <MaskField {...field} />
          <TrainingField {...field} readerStudyId={readerStudy.id} />
        </Section>
        <Stack gap="lg">
          <PlanTable stored={data} readerStudy={readerStudy} />
          {data.problems.length > 0 && !isFrozen && <Problems stored={data} />}
        </Stack>
      </SimpleGrid>
      <BlindingMatrix {...field} stored={data} />
    </Stack>
  );
}

function Problems({ stored }: { stored: { problems: { code: string; detail: string }[] } }) {
  const blocking = stored.problems.filter(({ code }) => code !== "uneven");
  return (
    <Alert
      variant="light"
      color={blocking.length > 0 ? "red" : "yellow"}
      title={blocking.length > 0 ? "The design does not fit yet" : "Worth knowing"}
    >
      <List size="sm">
        {stored.problems.map(({ code, detail }) => (
          <List.Item key={`${code} ${detail}`}>{detail}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
