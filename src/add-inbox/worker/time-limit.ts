/** Returns the result of `work`, or of `late` after the time limit. Late work continues, and its result or error is ignored. */
export async function answerInTime<T>(work: Promise<T>, withinMs: number, late: () => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, withinMs, 'late');
  try {
    const first = await Promise.race([work.then((value) => ({ value })), promise]);
    if (first !== 'late') return first.value;
    work.catch(() => {});
    return late();
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `work`, and aborts its controller after the time limit. */
export async function abortLate<T>(withinMs: number, work: (call: AbortController) => Promise<T>): Promise<T> {
  const call = new AbortController();
  const timer = setTimeout(() => call.abort(), withinMs);
  try {
    return await work(call);
  } finally {
    clearTimeout(timer);
  }
}
