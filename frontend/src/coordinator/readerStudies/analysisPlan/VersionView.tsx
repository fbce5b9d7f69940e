import { Code, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { planQuery, planReadingQuery } from "@/api/analysisPlans";
import { isError, knownText, type Plan, type PlanVersion } from "@/domain/analysisPlan";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import type { PartProps } from "../parts";
import { PlanWords } from "./PlanWords";

export interface VersionViewProps extends PartProps {
  version: PlanVersion;
  actions?: ReactNode;
  children?: (warnings: number, errors: number) => ReactNode;
}

/** One version in words, as it reads in the reader study as that is now, and what can be done with it. */
export function VersionView({ readerStudy, version, actions, children }: VersionViewProps) {
  const { data, error, refetch } = useQuery(planQuery(readerStudy.id, version.number));
  return (
    <Section title={`Version ${version.number}`} about={about(version)} actions={actions}>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!error && !data && <LoadingScreen />}
      {data && (
        <Words readerStudy={readerStudy} plan={data}>
          {children}
        </Words>
      )}
      <Text size="xs" c="dimmed">
        SHA-256 <Code>{version.digest}</Code>
      </Text>
    </Section>
  );
}

function about({ lock, reason, created_at, created_by }: PlanVersion): string {
  const saved = `Saved ${dateTime(created_at)} by ${created_by}.`;
  const locked = lock ? ` Locked ${dateTime(lock.created_at)} by ${lock.username}, ${knownText(lock)}.` : "";
  return `${saved}${locked}${reason === "" ? "" : ` Amended because: ${reason}`}`;
}

function Words({
  readerStudy,
  plan,
  children,
}: PartProps & { plan: Plan } & Pick<VersionViewProps, "children">) {
  const { data, error, refetch } = useQuery(planReadingQuery(readerStudy.id, plan));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const errors = data.findings.filter(isError).length;
  return (
    <>
      <PlanWords reading={data} hasFields={false} />
      {children?.(data.findings.length - errors, errors)}
    </>
  );
}
