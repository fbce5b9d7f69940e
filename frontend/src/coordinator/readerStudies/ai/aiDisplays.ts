import type { AiDisplay } from "@/api/types";

/** What readers see of the AI, in plain words. */
export const AI_DISPLAYS: Record<AiDisplay, { name: string; short: string; about: string }> = {
  HIDDEN: {
    name: "Hidden",
    short: "hidden from readers",
    about: "Readers never see what the AI says. Use it to compare readers alone with the AI alone.",
  },
  AFTER_SIGNING: {
    name: "After signing",
    short: "shown after signing",
    about:
      "Each reader first signs a read without the AI; then its scores and marks appear beside their own. The signed read does not change.",
  },
  CONCURRENT: {
    name: "Concurrent",
    short: "shown while reading",
    about:
      "The AI's scores and marks are there while the reader reads. The reads then measure reader plus AI.",
  },
};
