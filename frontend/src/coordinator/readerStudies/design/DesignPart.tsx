import { Alert, List, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { designQuery } from "@/api/designs";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { FROZEN, type PartProps } from "../parts";
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
import { useDesignSaving } from "./useDesignSaving";

/** Who reads what, when and in which condition, with a picture of what that comes to. */
export function DesignPart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(designQuery(readerStudy.id));
  const saving = useDesignSaving(readerStudy.id, data?.design);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data || !saving.design) return <LoadingScreen />;
  const { design } = saving;
  const isFrozen = readerStudy.state !== "DRAFT";
  const field = { design, isFrozen, onChange: saving.change };
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Section title="Design" about={isFrozen ? FROZEN : "Changes are stored at once."}>
          {saving.error && (
            <SaveRefused
              error={saving.error}
              title="The change was not made"
              onLoad={saving.drop}
              onOverwrite={saving.redo}
              overwriteText="Make my change to what is stored"
            />
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
