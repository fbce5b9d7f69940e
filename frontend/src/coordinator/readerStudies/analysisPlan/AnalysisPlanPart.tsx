import { Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type PlanFacts, planFactsQuery, planQuery, planVersionsQuery } from "@/api/analysisPlans";
import { EMPTY_PLAN, type Plan, type PlanVersion } from "@/domain/analysisPlan";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import type { PartProps } from "../parts";
import { LockPanel } from "./LockPanel";
import { PlanEditor, type PlanEditorProps } from "./PlanEditor";
import { RunPlan } from "./RunPlan";
import { VersionTable } from "./VersionTable";
import { VersionView } from "./VersionView";

/** What is to be compared, by which figure and method: written, fixed, amended with reasons, and carried out. */
export function AnalysisPlanPart({ readerStudy }: PartProps) {
  const versions = useQuery(planVersionsQuery(readerStudy.id));
  const facts = useQuery(planFactsQuery(readerStudy.id));
  const failed = [versions, facts].find(({ error }) => error);
  if (failed) return <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!versions.data || !facts.data) return <LoadingScreen />;
  return <Plans readerStudy={readerStudy} versions={versions.data} facts={facts.data} />;
}

interface PlansProps extends PartProps {
  versions: PlanVersion[];
  facts: PlanFacts;
}

/** What is being written: a version, or a first plan that nothing is stored of. */
type Writing = { from: number } | { start: Plan };

function Plans({ readerStudy, versions, facts }: PlansProps) {
  const newest = versions[0];
  const mayChange = readerStudy.state !== "LOCKED";
  // Kept here: what is stored elsewhere meanwhile takes no draft away.
  const [writing, setWriting] = useState<Writing | null>(
    mayChange && newest && !newest.lock ? { from: newest.number } : null,
  );
  const [shown, setShown] = useState<number | null>(null);
  const looked = versions.find(({ number }) => number === shown);
  const isAmendment = versions.some(({ lock }) => lock !== null);
  const editor = {
    readerStudy,
    facts,
    isAmendment,
    firstReason: newest && !newest.lock ? newest.reason : "",
    onLocked: () => setWriting(null),
    onClose: isAmendment && newest?.lock ? () => setWriting(null) : null,
  };
  return (
    <Stack gap="md">
      {writing && "start" in writing && <PlanEditor {...editor} start={writing.start} from={0} />}
      {writing && "from" in writing && <StoredPlan {...editor} from={writing.from} />}
      {!writing && !newest && (
        <NoPlan facts={facts} mayChange={mayChange} onBegin={(start) => setWriting({ start })} />
      )}
      {!writing && newest && (
        <Newest
          readerStudy={readerStudy}
          facts={facts}
          version={newest}
          isAmendment={isAmendment}
          onAmend={mayChange ? () => setWriting({ from: newest.number }) : null}
        />
      )}
      {versions.length > 0 && (
        <VersionTable readerStudyId={readerStudy.id} versions={versions} shown={shown} onShow={setShown} />
      )}
      {looked && <VersionView key={looked.number} readerStudy={readerStudy} version={looked} />}
    </Stack>
  );
}

/** The editor of a version that is stored. */
function StoredPlan(props: Omit<PlanEditorProps, "start">) {
  const { data, error, refetch } = useQuery(planQuery(props.readerStudy.id, props.from));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  return <PlanEditor {...props} start={data} />;
}

interface NewestProps extends PartProps {
  facts: PlanFacts;
  version: PlanVersion;
  isAmendment: boolean;
  onAmend: (() => void) | null;
}

/** The newest version where nothing is being written: carried out or amended when it is locked. */
function Newest({ readerStudy, facts, version, isAmendment, onAmend }: NewestProps) {
  return (
    <VersionView
      readerStudy={readerStudy}
      version={version}
      actions={
        version.lock &&
        onAmend && (
          <Button variant="default" onClick={onAmend}>
            Amend…
          </Button>
        )
      }
    >
      {(warnings, errors) =>
        version.lock ? (
          <RunPlan readerStudy={readerStudy} number={version.number} />
        ) : (
          <LockPanel
            readerStudy={readerStudy}
            number={version.number}
            facts={facts}
            obstacle={errors > 0 ? "It has errors, and the reader study is locked." : null}
            warnings={warnings}
            isAmendment={isAmendment}
            onLocked={() => undefined}
          />
        )
      }
    </VersionView>
  );
}

interface NoPlanProps {
  facts: PlanFacts;
  mayChange: boolean;
  onBegin: (start: Plan) => void;
}

function NoPlan({ facts: { proposal }, mayChange, onBegin }: NoPlanProps) {
  if (!mayChange) {
    return <EmptyState title="No analysis plan">The reader study was locked without one.</EmptyState>;
  }
  return (
    <Stack gap={0} align="center">
      <EmptyState title="No analysis plan yet">
        It says before the truth is opened who is compared with whom, by which figure and method, and what
        would show it. {proposal ? "" : "Nobody reads in an arm yet, so that nothing can be proposed."}
      </EmptyState>
      <Group>
        {proposal && <Button onClick={() => onBegin(proposal)}>Begin with a proposal of the design</Button>}
        <Button variant={proposal ? "default" : "filled"} onClick={() => onBegin(EMPTY_PLAN)}>
          Begin with an empty plan
        </Button>
      </Group>
    </Stack>
  );
}
