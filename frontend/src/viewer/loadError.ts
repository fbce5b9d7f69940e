/** Why an image did not come, in words. Cornerstone rejects with the XMLHttpRequest or with an Error. */
export function loadErrorText(error: unknown): string {
  const status = statusOf(error);
  if (status === 401) return "You are signed out. Your marks are kept; sign in again to see the images.";
  if (status === 404) return "This image is not there, or it is not part of your case.";
  if (status === 0) return "The portal cannot be reached. The image is loaded when it is back.";
  if (status !== null) return `The server answered ${status} for this image.`;
  return error instanceof Error
    ? `This image cannot be shown: ${error.message}`
    : "This image cannot be shown.";
}

function statusOf(error: unknown): number | null {
  if (typeof error !== "object" || error === null) return null;
  if ("status" in error && typeof error.status === "number") return error.status;
  return "error" in error ? statusOf(error.error) : null;
}
