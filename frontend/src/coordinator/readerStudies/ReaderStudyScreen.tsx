import type { ComponentType } from "react";
import { useParams } from "react-router";
import { NotFoundScreen } from "@/ui/NotFoundScreen";
import { ReaderStudyFrame } from "@/ui/ReaderStudyFrame";
import { AiPart } from "./ai/AiPart";
import { AnalysisPlanPart } from "./analysisPlan/AnalysisPlanPart";
import { AuditPart } from "./audit/AuditPart";
import { CasesPart } from "./cases/CasesPart";
import { ClinicalTextsPart } from "./clinicalTexts/ClinicalTextsPart";
import { DesignPart } from "./design/DesignPart";
import { HangingPart } from "./hanging/HangingPart";
import { LabelsPart } from "./LabelsPart";
import { LabelSchemaPart } from "./labelSchema/LabelSchemaPart";
import { OverviewPart } from "./OverviewPart";
import type { PartProps } from "./parts";
import { PeoplePart } from "./people/PeoplePart";
import { ProgressPart } from "./progress/ProgressPart";
import { ProtocolPart } from "./protocol/ProtocolPart";
import { QueriesPart } from "./QueriesPart";
import { RandomisationPart } from "./randomisation/RandomisationPart";
import { ReadsPart } from "./reads/ReadsPart";
import { ReferenceStandardPart } from "./reference/ReferenceStandardPart";
import { SampleSizePart } from "./sampleSize/SampleSizePart";
import { SamplingPart } from "./sampling/SamplingPart";
import { WebhooksPart } from "./WebhooksPart";

const PARTS: Record<string, ComponentType<PartProps>> = {
  overview: OverviewPart,
  "label-schema": LabelSchemaPart,
  cases: CasesPart,
  "clinical-texts": ClinicalTextsPart,
  sampling: SamplingPart,
  hanging: HangingPart,
  people: PeoplePart,
  ai: AiPart,
  design: DesignPart,
  randomisation: RandomisationPart,
  "sample-size": SampleSizePart,
  "analysis-plan": AnalysisPlanPart,
  "reference-standard": ReferenceStandardPart,
  protocol: ProtocolPart,
  progress: ProgressPart,
  reads: ReadsPart,
  queries: QueriesPart,
  labels: LabelsPart,
  audit: AuditPart,
  webhooks: WebhooksPart,
};

/** One reader study: the part that the address names. */
export function ReaderStudyScreen() {
  const { id = "", part = "overview" } = useParams();
  const Part = PARTS[part];
  if (!Part) return <NotFoundScreen />;
  return (
    <ReaderStudyFrame id={id}>
      {(readerStudy) => <Part key={readerStudy.id} readerStudy={readerStudy} />}
    </ReaderStudyFrame>
  );
}
