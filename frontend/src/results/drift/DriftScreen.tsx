import { Alert, Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { type Drift, type DriftWithheld, driftQuery } from "@/api/drift";
import { type DriftChart, GROUPS } from "@/domain/drift";
import { FilePrefix, fileNamePart } from "@/ui/charts/fileNames";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { Section } from "@/ui/Section";
import { useVersion } from "../VersionFrame";
import { DriftFigure } from "./DriftFigure";
import { SignalsSection } from "./SignalsSection";
import { WatchSection } from "./WatchSection";

/** The drift of one model version: its rule, its signals and its charts. */
export function DriftScreen() {
  const { id: versionId, ai_model: model, version } = useVersion();
  const { data: drift, error, refetch } = useQuery(driftQuery(versionId));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!drift) return <LoadingScreen />;
  const { id, name } = model;
  return (
    <FilePrefix value={fileNamePart(`${name} ${version}`)}>
      <Screen
        title={`Drift of ${name} ${version}`}
        about={
          <Anchor component={Link} to={`/ai-models/${id}`} size="xs">
            ← {name}
          </Anchor>
        }
      >
        <WatchSection drift={drift} />
        <SignalsSection drift={drift} />
        {GROUPS.map(({ title, charts }) => (
          <ChartGroup
            key={title}
            title={title}
            drift={drift}
            charts={drift.charts.filter(({ chart }) => charts.includes(chart))}
            withheld={charts.includes("AGREEMENT") ? drift.withheld : []}
          />
        ))}
      </Screen>
    </FilePrefix>
  );
}

interface ChartGroupProps {
  title: string;
  drift: Drift;
  charts: DriftChart[];
  withheld: DriftWithheld[];
}

function ChartGroup({ title, drift, charts, withheld }: ChartGroupProps) {
  const isAgreement = title === GROUPS.at(-1)?.title;
  if (charts.length === 0 && withheld.length === 0 && !isAgreement) return null;
  return (
    <Section title={title}>
      <Stack gap="xl">
        {charts.map((chart) => (
          <DriftFigure
            key={`${chart.chart} ${chart.reader_study?.id} ${chart.arm?.key}`}
            chart={chart}
            step={drift.rule.step_kind}
          />
        ))}
        {withheld.map((one) => (
          <Alert key={one.reader_study?.id ?? one.reason} color="gray" variant="light" title="Withheld">
            {withheldText(one)}
          </Alert>
        ))}
        {charts.length === 0 && withheld.length === 0 && (
          <Text size="sm" c="dimmed">
            {drift.rule.charts.includes("AGREEMENT")
              ? "No launched reader study has this version as its AI."
              : "Agreement with readers is not among the charts of the rule."}
          </Text>
        )}
      </Stack>
    </Section>
  );
}

function withheldText({ reason, reader_study: study }: DriftWithheld): string {
  if (reason === "MASKED") {
    return `The design of ${study?.name ?? "a reader study"} masks the readers' answers until it is locked.`;
  }
  return "There are reader studies with this AI that you do not run: agreement with their readers is shown to those who do.";
}
