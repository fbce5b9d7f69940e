import type { EarlyBytes } from "@/domain/frames/series";

/** The body of an answer, whose beginning somebody wants as soon as it is there. */
export async function bodyOf(response: Response, early?: EarlyBytes): Promise<ArrayBuffer> {
  const length = Number(response.headers.get("Content-Length"));
  if (!early || !response.body || !(length > early.count)) return response.arrayBuffer();
  const bytes = new Uint8Array(length);
  const started = performance.now();
  let count = 0;
  let isTold = false;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes.set(part.value, count);
    count += part.value.length;
    if (isTold || count < early.count || count === length) continue;
    isTold = true;
    early.tell(bytes.slice(0, count), performance.now() - started);
  }
  if (count !== length) throw new TypeError("The answer ended before its time.");
  return bytes.buffer;
}
