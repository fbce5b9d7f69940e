import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Navigate, useSearchParams } from "react-router";
import { meQuery, readerStudiesQuery } from "@/api/queries";
import type { ReaderStudySummary } from "@/api/types";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { AssignmentTable } from "./AssignmentTable";
import { KeptReads } from "./KeptReads";
import { ReaderStudyList } from "./ReaderStudyList";
import classes from "./Worklist.module.css";

/** The reader's home: reader studies with what remains, and the cases of one of them. */
export function WorklistScreen() {
  const me = useQuery(meQuery);
  const studies = useQuery(readerStudiesQuery);
  const [search, setSearch] = useSearchParams();
  usePreloadedReadingRoom();
  const error = me.error ?? studies.error;
  if (error) return <ErrorNotice error={error} onRetry={() => void studies.refetch()} />;
  if (!me.data || !studies.data) return <LoadingScreen />;
  const own = studies.data.results.filter((study) => study.my_roles.includes("READER"));
  // Who builds reader studies and reads none has work elsewhere.
  if (own.length === 0 && me.data.may_create_reader_studies) return <Navigate to="/reader-studies" replace />;
  const chosen = own.find((study) => study.id === search.get("reader-study")) ?? firstToRead(own);
  return (
    <div className={classes.worklist}>
      <aside className={classes.studies}>
        <KeptReads personId={me.data.id} />
        <ReaderStudyList
          studies={own}
          chosenId={chosen?.id ?? null}
          onChosen={(id) => setSearch({ "reader-study": id })}
        />
      </aside>
      <section className={classes.cases}>
        {chosen ? <AssignmentTable study={chosen} /> : <NothingToRead />}
      </section>
    </div>
  );
}

function firstToRead(studies: ReaderStudySummary[]): ReaderStudySummary | undefined {
  const open = studies.filter(({ state }) => state === "OPEN" || state === "PILOTING");
  return open.find((study) => study.my_signed < study.my_assignments) ?? open[0] ?? studies[0];
}

function NothingToRead() {
  return (
    <EmptyState title="Nothing to read yet">
      Your cases appear here once a coordinator adds you to a reader study and launches it.
    </EmptyState>
  );
}

/** The reader is about to open a case: have its code in the browser by then. */
function usePreloadedReadingRoom(): void {
  useEffect(() => {
    const preload = () => {
      void import("./ReadingScreen");
      void import("@/viewer");
    };
    const timer = window.setTimeout(preload, 300);
    return () => window.clearTimeout(timer);
  }, []);
}
