import { Container, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { type CaseToJudge, casesToJudgeQuery } from "@/api/adjudication";
import { readerStudiesQuery } from "@/api/queries";
import type { ReaderStudySummary } from "@/api/types";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import classes from "./Adjudication.module.css";
import { CaseToJudgeView } from "./CaseToJudgeView";

/** Where adjudicators judge cases: nothing here names a reader, and nothing says why a case is asked about. */
export function AdjudicationScreen() {
  const { data, error, refetch } = useQuery(readerStudiesQuery);
  const [search, setSearch] = useSearchParams();
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const studies = data.results.filter((study) => study.my_roles.includes("ADJUDICATOR"));
  const study = studies.find(({ id }) => id === search.get("reader-study")) ?? studies[0];
  if (!study) {
    return (
      <EmptyState title="Nothing to judge">
        Cases appear here once a coordinator makes you an adjudicator of a reader study and begins a round.
      </EmptyState>
    );
  }
  return (
    <Judging
      key={study.id}
      study={study}
      studies={studies}
      onStudy={(id) => setSearch({ "reader-study": id })}
      caseId={search.get("case")}
      onCase={(id) => setSearch({ "reader-study": study.id, case: id })}
    />
  );
}

interface JudgingProps {
  study: ReaderStudySummary;
  studies: ReaderStudySummary[];
  caseId: string | null;
  onStudy: (id: string) => void;
  onCase: (id: string) => void;
}

function Judging({ study, studies, caseId, onStudy, onCase }: JudgingProps) {
  const { data: cases, error, refetch } = useQuery(casesToJudgeQuery(study.id));
  if (error) {
    return (
      <Container py="md">
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </Container>
    );
  }
  if (!cases) return <LoadingScreen />;
  const open = cases.find((one) => !one.is_decided);
  const shown = cases.find(({ id }) => id === caseId) ?? open ?? cases[0];
  const following = cases.find((one) => !one.is_decided && one.id !== shown?.id);
  const chooser = (
    <NativeSelect
      aria-label="Reader study"
      m={8}
      value={study.id}
      data={studies.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(event) => onStudy(event.currentTarget.value)}
    />
  );
  if (!shown) {
    return (
      <>
        {studies.length > 1 && chooser}
        <EmptyState title="Nothing to judge yet">
          No round of adjudication has been begun in {study.name}.
        </EmptyState>
      </>
    );
  }
  return (
    <div className={classes.screen}>
      <nav className={classes.cases} aria-label="Cases to judge">
        {chooser}
        {cases.map((one) => (
          <CaseButton key={one.id} one={one} isShown={one.id === shown.id} onCase={onCase} />
        ))}
      </nav>
      <CaseToJudgeView
        key={shown.id}
        caseId={shown.id}
        readerStudyId={study.id}
        onNext={following ? () => onCase(following.id) : null}
      />
    </div>
  );
}

interface CaseButtonProps {
  one: CaseToJudge;
  isShown: boolean;
  onCase: (id: string) => void;
}

function CaseButton({ one, isShown, onCase }: CaseButtonProps) {
  return (
    <button type="button" className={classes.case} aria-current={isShown} onClick={() => onCase(one.id)}>
      <span>
        {one.position}. {one.case}
      </span>
      {one.is_decided && <span className={classes.done}>decided</span>}
    </button>
  );
}
