import { queryOptions } from "@tanstack/react-query";
import { call } from "./send";
import type { Page } from "./types";

export interface Webhook {
  id: string;
  url: string;
  description: string;
  events: string[];
  is_active: boolean;
  disabled_reason: "" | "BY_HAND" | "FAILING";
  disabled_at: string | null;
  failing_since: string | null;
  created_by: string;
  created_at: string;
  number_pending: number;
  number_failed: number;
  last_delivered_at: string | null;
}

export interface WebhookSecret {
  id: string;
  secret: string;
}

export interface Delivery {
  id: string;
  event: string;
  state: "PENDING" | "DELIVERED" | "FAILED";
  attempts: number;
  created_at: string;
  last_attempt_at: string | null;
  next_attempt_at: string | null;
  response_status: number | null;
  error_code: string;
  duration_ms: number | null;
  delivered_at: string | null;
  payload: Record<string, unknown>;
}

export interface NewWebhook {
  url: string;
  description: string;
  events: string[];
}

/** The site's webhooks, or those of one reader study. */
export const webhooksPath = (readerStudyId: string | null): string =>
  readerStudyId === null ? "/api/v1/webhooks" : `/api/v1/reader-studies/${readerStudyId}/webhooks`;

const WATCH_MS = 3_000;

export const webhooksQuery = (path: string) =>
  queryOptions({
    queryKey: ["webhooks", path],
    queryFn: ({ signal }) => call<Webhook[]>("GET", path, { signal }),
    refetchInterval: WATCH_MS,
  });

export const deliveriesQuery = (webhookPath: string) =>
  queryOptions({
    queryKey: ["webhooks", webhookPath, "deliveries"],
    queryFn: ({ signal }) => call<Page<Delivery>>("GET", `${webhookPath}/deliveries`, { signal }),
    refetchInterval: WATCH_MS,
  });

export const createWebhook = (path: string, body: NewWebhook) => call<WebhookSecret>("POST", path, { body });

export const changeWebhook = (webhookPath: string, body: { is_active: boolean }) =>
  call<Webhook>("PATCH", webhookPath, { body });

export const deleteWebhook = (webhookPath: string) => call<void>("DELETE", webhookPath);

export const renewSecret = (webhookPath: string) => call<WebhookSecret>("POST", `${webhookPath}/secret`);

export const pingWebhook = (webhookPath: string) => call<Delivery>("POST", `${webhookPath}/ping`);

export const resendDelivery = (webhookPath: string, deliveryId: string) =>
  call<Delivery>("POST", `${webhookPath}/deliveries/${deliveryId}/resend`);
