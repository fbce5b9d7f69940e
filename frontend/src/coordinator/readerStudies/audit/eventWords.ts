/** What each action of the trail is called. One that is missing here is shown by its own name. */
export const ACTION_WORDS: Record<string, string> = {
  "reader_study.create": "Reader study created",
  "reader_study.update": "Protocol changed",
  "reader_study.launch": "Launched",
  "reader_study.close": "Closed",
  "reader_study.pilot": "Pilot begun",
  "reader_study.begin": "Begun after the pilot",
  "reader_study.pause": "Paused",
  "reader_study.resume": "Resumed",
  "reader_study.lock": "Locked",
  "design.put": "Design stored",
  "reader.dates": "Dates of a reader set",
  "reader.join": "Reader joined late",
  "reader.withdraw": "Reader withdrawn",
  "reader.replace": "Another reader named",
  "case.withdraw": "Case withdrawn",
  "label_schema.create": "Label schema stored",
  "code_list.create": "Code list stored",
  "code_list.remove": "Code list removed",
  "schema_image.create": "Example image stored",
  "hanging_protocol.put": "Hanging protocol stored",
  "cases.put": "Cases chosen",
  "clinical_texts.put": "Clinical texts stored",
  "read.clinical_text_shown": "Clinical text shown",
  "case_priors.put": "Priors chosen",
  "priors.suggest": "Priors suggested",
  "members.put": "Members changed",
  "reference_standard.create": "Reference standard stored",
  "adjudication.create": "Round of adjudication begun",
  "adjudication.decide": "Case adjudicated",
  "adjudication.view": "Round of adjudication seen",
  "adjudication.view_case": "Case to judge seen",
  "adjudication.view_segment": "Segment of a case to judge seen",
  "arbitration.due": "Case given to an arbitrator",
  "arbitration.view": "The two reads seen by their arbitrator",
  "arbitration.view_segment": "Segment of one of the two reads seen by their arbitrator",
  "arbitration.signed": "Case arbitrated",
  "arbitration.confirmed": "Arbitration confirmed",
  "mask.break": "Mask over the answers broken",
  "consensus.view": "Consensus looked at",
  "lesions.view": "Marks of lesions seen",
  "lesions.correct": "Lesions of a case corrected",
  "reference_standard.lock": "Reference standard locked",
  "reference_standard.view": "Reference standard seen",
  "randomisation.view": "Reading orders seen",
  "labels.view": "Labels exported",
  "images.view": "Images seen",
  "assignment.prefetch": "Images fetched ahead",
  "read.open": "Case opened",
  "read.save": "Draft saved",
  "read.segment": "Segment saved",
  "read.freeze_first": "First read frozen",
  "read.sign": "Read signed",
  "read.reopen": "Read reopened",
  "invitation.create": "Somebody invited",
  "invitation.resend": "Invitation sent anew",
  "invitation.revoke": "Invitation revoked",
  "invitation.accept": "Invitation accepted",
  "reminder.send": "Reader reminded",
  "reminder_rule.put": "Rule of reminders stored",
  "terms.put": "Terms stored",
  "terms.accept": "Terms accepted",
  "training.accept": "Training done",
  "query.ask": "Data query asked",
  "query.answer": "Data query answered",
  "query.close": "Data query closed",
  "query.reopen": "Data query reopened",
  "read.take_over": "Read taken over",
  "read.ai_shown": "AI shown",
  "read.view_history": "History of a read seen",
  "read.view_segment": "Segment of a read seen",
  "read.view_measurements": "Measurements of a read seen",
  "read.measure": "Segments of a read measured",
  "read.measure_again": "Segments of a read measured anew",
  "read.others_shown": "Other readers shown",
  "measurements.view": "Measurements exported",
  "protocol.freeze": "Protocol frozen",
  "protocol.amend": "Protocol amended",
  "protocol.approve": "Protocol approved",
  "sample_size.create": "Sample size planned",
  "sampling_frame.create": "Frame of candidates stored",
  "sampling.view": "Case sampling seen",
  "sample.preview": "Sample looked at",
  "sample.draw": "Cases drawn",
  "predictions.view": "Predictions seen",
  "prediction.view": "Prediction seen over its images",
  "heat_map.view": "Heat map seen",
  "explanations.view": "Explanations of the AI seen",
  "explanation.view": "Map of an explanation seen",
  "analysis_plan.save": "Analysis plan written",
  "analysis_plan.lock": "Analysis plan locked",
  "analysis_run.create": "Analysis started",
  "analysis.compute": "Analysis computed on the command line",
  "analysis_run.succeed": "Analysis finished",
  "analysis_run.cancel": "Analysis cancelled",
  "analysis_run.retry": "Analysis retried",
  "analysis_run.view": "Results seen",
  "analysis_report.create": "Report asked for",
  "analysis_report.succeed": "Report made",
  "analysis_report.cancel": "Report cancelled",
  "analysis_report.retry": "Report asked for again",
  "analysis_report.view": "Report seen",
  "operating_layer.look": "AI looked at for an operating layer",
  "operating_layer.fit": "Operating layer fitted",
  "operating_layer.validate": "Operating layer checked",
  "operating_layer.view": "Evidence of an operating layer seen",
  "agreement.view": "Agreement with an AI model seen",
  "drift.view": "Drift of an AI model seen",
  "drift_watch.set": "Drift watch set",
  "drift_check.request": "Evaluation of a drift watch asked for",
  "drift_signal.found": "Signal of a drift watch found",
  "drift_signal.acknowledge": "Signal of a drift watch acknowledged",
  "audit.export": "Audit trail exported",
  "audit.check": "Audit trail verified",
  "audit.seal_existing": "Earlier rows sealed",
};

export function actionWords(action: string): string {
  return ACTION_WORDS[action] ?? action;
}

/** `annotations.Read` as `Read`. */
export function objectWords(objectType: string): string {
  const name = objectType.split(".").at(-1) ?? objectType;
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
}

/** What an event says besides, in one line; digests are cut to what tells them apart. */
export function detailText(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && !Array.isArray(value) && typeof value !== "object")
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${shortened(String(value))}`)
    .join(", ");
}

const DIGEST = /^[0-9a-f]{64}$/;
const IDENTIFIER = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

function shortened(text: string): string {
  return DIGEST.test(text) || IDENTIFIER.test(text) ? `${text.slice(0, 8)}…` : text;
}
