import { Badge, Button, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useEffect, useRef } from "react";
import { Link, useNavigate } from "react-router";
import { type OwnSession, ownSessionsQuery } from "@/api/designs";
import { type Assignment, type AssignmentState, assignmentsQuery } from "@/api/reading";
import { hasToAccept, type Terms, termsQuery } from "@/api/terms";
import { hasToTrain, type Training, trainingQuery } from "@/api/training";
import type { ReaderStudySummary } from "@/api/types";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { dateTime } from "@/ui/times";
import { StaleArbitrations } from "./arbitration/StaleArbitrations";
import { nextToRead } from "./nextToRead";
import { OrderNotice } from "./OrderNotice";
import { OwnQueries } from "./queries/OwnQueries";
import { SessionRow } from "./SessionRow";
import { endText, shutText } from "./sessionWords";
import { TermsPanel } from "./TermsPanel";
import { TrainingStatement } from "./TrainingStatement";
import classes from "./Worklist.module.css";

const STATE_TEXT: Record<AssignmentState, string> = {
  REOPENED: "Reopened",
  PENDING: "To read",
  OPEN: "Opened",
  DRAFT: "Draft",
  SIGNED: "Signed",
  VOID: "Withdrawn",
};

/** The reader's cases of one reader study in their own order; Enter opens the next one. */
export function AssignmentTable({ study }: { study: ReaderStudySummary }) {
  const assignments = useQuery(assignmentsQuery(study.id));
  const sessions = useQuery(ownSessionsQuery(study.id));
  const terms = useQuery(termsQuery(study.id));
  const training = useQuery({ ...trainingQuery(study.id), refetchOnMount: "always" });
  const asked = [assignments, sessions, terms, training];
  const failed = asked.find(({ error }) => error !== null);
  if (failed) return <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!assignments.data || !sessions.data || !terms.data || !training.data) return <LoadingScreen />;
  return (
    <OwnCases
      study={study}
      data={assignments.data}
      sessions={sessions.data}
      terms={terms.data}
      training={training.data}
    />
  );
}

interface OwnCasesProps {
  study: ReaderStudySummary;
  data: Assignment[];
  sessions: OwnSession[];
  terms: Terms;
  training: Training;
}

function OwnCases({ study, data, sessions, terms, training }: OwnCasesProps) {
  const following = nextToRead(data, sessions, study.state);
  // What has been opened can be gone on with; a new case waits for the terms and the training.
  const isNew = following?.state === "PENDING";
  const mustAccept = isNew && hasToAccept(terms);
  const counts = isNew && !following.is_training && following.role === "READER";
  const mustTrain = counts && hasToTrain(training);
  const next = mustAccept || mustTrain ? undefined : following;
  useEnterOpens(next);
  if (data.length === 0) {
    return (
      <EmptyState title="No cases for you in this reader study">
        It has not been launched yet, or its coordinator has given you none or withdrawn you from it.
      </EmptyState>
    );
  }
  return (
    <>
      <NextCase
        study={study}
        next={next}
        assignments={data}
        sessions={sessions}
        waitsFor={mustAccept ? ACCEPT_TERMS : mustTrain ? FINISH_TRAINING : ""}
      />
      {mustAccept && <TermsPanel readerStudyId={study.id} terms={terms} />}
      {mustTrain && (
        <section className={classes.terms} aria-label="Training">
          <TrainingStatement readerStudyId={study.id} training={training} />
        </section>
      )}
      <OrderNotice sessions={sessions} />
      <StaleArbitrations assignments={data} />
      <OwnQueries readerStudyId={study.id} />
      <div className={classes.tableFrame}>
        <Table className={classes.table} stickyHeader highlightOnHover verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={64}>No.</Table.Th>
              <Table.Th>Case</Table.Th>
              <Table.Th w={110}>State</Table.Th>
              <Table.Th w={210}>Signed</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sessions.map((session) => (
              <Fragment key={session.number}>
                {sessions.length > 1 && <SessionRow session={session} />}
                {data
                  .filter((assignment) => assignment.session === session.number)
                  .map((assignment) => (
                    <AssignmentRow
                      key={assignment.id}
                      assignment={assignment}
                      isNext={assignment.id === next?.id}
                    />
                  ))}
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}

interface NextCaseProps {
  study: ReaderStudySummary;
  next: Assignment | undefined;
  assignments: Assignment[];
  sessions: OwnSession[];
  /** What the reader has to do before the next case; empty for nothing. */
  waitsFor: string;
}

const ACCEPT_TERMS = "Accept the terms below, then you can begin.";
const FINISH_TRAINING = "Say below that you are done with the training, then the cases that count begin.";

function NextCase({ study, next, assignments, sessions, waitsFor }: NextCaseProps) {
  const signed = assignments.filter((assignment) => assignment.state === "SIGNED").length;
  const remaining = assignments.filter(({ state }) => state !== "SIGNED" && state !== "VOID").length;
  const end = next ? endText(sessions) : "";
  return (
    <div className={classes.next}>
      <div>
        <div className={classes.nextTitle}>{study.name}</div>
        <div className={classes.nextText}>
          {signed} of {assignments.length} signed, {remaining === 0 ? "none left" : `${remaining} to go`}
          {end && `, ${end}`}
        </div>
      </div>
      {next && (
        <Button component={Link} to={`/assignments/${next.id}`} size="sm">
          {next.state === "PENDING" ? "Open" : "Go on with"} case {next.position}&nbsp; <kbd>Enter</kbd>
        </Button>
      )}
      {!next && remaining > 0 && (
        <span className={classes.nextText}>{waitsFor || whyNothing(study.state, sessions)}</span>
      )}
    </div>
  );
}

const WHY_NOTHING: Partial<Record<ReaderStudySummary["state"], string>> = {
  PILOTING: "Your training is done; the reading has not begun yet.",
  PAUSED: "The coordinator has paused this reader study.",
  CLOSED: "This reader study is closed.",
  LOCKED: "This reader study is closed.",
};

/** Why nothing can be opened although cases remain. */
function whyNothing(state: ReaderStudySummary["state"], sessions: OwnSession[]): string {
  const waiting = sessions.find(({ is_open, signed, total }) => !is_open && signed < total);
  return WHY_NOTHING[state] ?? (waiting ? shutText(waiting) : "");
}

function AssignmentRow({ assignment, isNext }: { assignment: Assignment; isNext: boolean }) {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isNext) row.current?.scrollIntoView({ block: "center" });
  }, [isNext]);
  const isOpenable = isNext || (assignment.is_openable && !["PENDING", "VOID"].includes(assignment.state));
  return (
    <Table.Tr ref={row} className={isNext ? classes.nextRow : undefined} data-state={assignment.state}>
      <Table.Td>{assignment.position}</Table.Td>
      <Table.Td>
        {isOpenable ? (
          <Link to={`/assignments/${assignment.id}`} className={classes.caseLink}>
            {assignment.case_name}
          </Link>
        ) : (
          assignment.case_name
        )}
        {assignment.is_training && (
          <Badge size="xs" color="grape" variant="light" ml="xs">
            training
          </Badge>
        )}
        {assignment.role === "ARBITRATION" && (
          <Badge size="xs" color="cyan" variant="light" ml="xs">
            arbitration
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        {STATE_TEXT[assignment.state]}
        {assignment.stale_read_id !== null && ", to be confirmed"}
      </Table.Td>
      <Table.Td>{assignment.signed_at ? dateTime(assignment.signed_at) : ""}</Table.Td>
    </Table.Tr>
  );
}

function useEnterOpens(next: Assignment | undefined): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (!next) return;
    const open = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || isUsedByTarget(event.target)) return;
      // Else the focused reader study would be clicked as well and take the navigation back.
      event.preventDefault();
      void navigate(`/assignments/${next.id}`);
    };
    window.addEventListener("keydown", open);
    return () => window.removeEventListener("keydown", open);
  }, [next, navigate]);
}

/** Links and fields use Enter themselves; the reader study that is already chosen has no other use for it. */
function isUsedByTarget(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('a, input, textarea, select, button:not([aria-pressed="true"])')
  );
}
