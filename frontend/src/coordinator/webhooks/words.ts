/** What each event means, in the words of the screen; the server's table is `portal/webhooks/events.py`. */
export const EVENT_TEXT: Record<string, string> = {
  "read.signed": "A read is signed",
  "reader_study.launched": "The reader study is launched",
  "reader_study.paused": "The reader study is paused",
  "reader_study.resumed": "The reader study goes on",
  "reader_study.closed": "The reader study is closed",
  "reader_study.locked": "The reader study is locked",
  "analysis_run.finished": "An analysis has ended, well or not",
  "inference_run.finished": "A run of an AI model has ended, well or not",
  "ingest_job.finished": "An ingest of images has ended",
  "drift_signal.found": "A watched AI model has left its limits",
  "webhook.ping": "Test",
};

export const STUDY_EVENTS = [
  "read.signed",
  "reader_study.launched",
  "reader_study.paused",
  "reader_study.resumed",
  "reader_study.closed",
  "reader_study.locked",
  "analysis_run.finished",
];

export const SITE_EVENTS = [
  ...STUDY_EVENTS,
  "inference_run.finished",
  "ingest_job.finished",
  "drift_signal.found",
];

const FAILURE_TEXT: Record<string, string> = {
  timeout: "no answer in time",
  no_answer: "no connection",
  redirected: "redirected; redirects are not followed",
  refused: "refused",
  host_invalid: "not an international host name",
  host_unknown: "the host is not known",
  address_refused: "the address lies in a private network",
  https_required: "https is required",
  url_invalid: "not a valid address",
  webhook_disabled: "not sent: switched off",
};

/** Why an attempt failed; empty when it did not. */
export const failureText = (code: string): string => (code === "" ? "" : (FAILURE_TEXT[code] ?? code));
