/**
 * What `work` comes to, or what `late` says once so much time has passed. Work that was late goes on unheard; what it throws
 * then is nobody's.
 */
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

/** Does `work`, and aborts its controller once so much time has passed. */
export async function abortLate<T>(withinMs: number, work: (call: AbortController) => Promise<T>): Promise<T> {
  const call = new AbortController();
  const timer = setTimeout(() => call.abort(), withinMs);
  try {
    return await work(call);
  } finally {
    clearTimeout(timer);
  }
}
