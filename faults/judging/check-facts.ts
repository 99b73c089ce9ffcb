import type { Post, RequestFacts, ShownOutcome, Verdict } from './facts.ts';

/** Answers by which ColdSend says that it did nothing: the request may be sent again. */
const NOT_DONE = new Set([429, 503]);

/**
 * Compares what outsiders saw of a request with the promise: what was acknowledged is not lost, is sent at most once, ends in
 * exactly one outcome that is reported once, and that outcome is true. Pure; every sentence it returns is a violation.
 */
export function checkFacts(facts: RequestFacts): Verdict {
  const violations: string[] = [];
  const say = (sentence: string): void => void violations.push(`${facts.address}: ${sentence}`);
  const { acknowledged, committed, crashes, replies, announcements } = facts;
  const wasCommitted = committed !== undefined || crashes.some((crash) => crash !== undefined);

  if (acknowledged && !wasCommitted) say('acknowledged and lost');
  if (!wasCommitted) {
    if (facts.posts.length > 0) say('sent without having been committed');
    if (replies.length + announcements.length > 0) say('reported without having been committed');
    return { violations, outcome: undefined, repeatedReplies: 0, repeatedAnnouncements: 0 };
  }
  if (committed === undefined) say('gone from the database');
  else if (committed.state !== 'reported') say(`left behind as ${committed.state}`);

  const final = facts.posts.filter(({ status }) => status === undefined || !NOT_DONE.has(status));
  if (final.length > 1) say(`sent ${final.length} times`);

  const [reply] = replies;
  if (reply === undefined) say('no outcome was reported');
  if (new Set(replies.map(({ text }) => text)).size > 1) say('several outcomes were reported');
  const repeatedReplies = Math.max(0, replies.length - 1);
  const mayRepeat = crashes.filter((crash) => crash?.state === 'settled' && !crash.replyNoted).length;
  if (repeatedReplies > mayRepeat) say(`reported ${replies.length} times, where ${mayRepeat + 1} could be explained`);

  const shown = announcements.flatMap(({ shows }) => shows ?? []);
  if (announcements.length === 0) say('never announced');
  // One that was posted a second time by a dead or frozen process is never heard of again, and stays as it was.
  else if (shown.length === 0) say('announced without its outcome');
  for (const outcome of new Set(shown)) {
    if (outcome !== reply?.shows) say(`announced as ${outcome}, reported as ${reply?.shows}`);
  }
  const repeatedAnnouncements = Math.max(0, announcements.length - 1);
  const mayAnnounceAgain = crashes.filter((crash) => crash?.state === 'accepted').length;
  if (repeatedAnnouncements > mayAnnounceAgain) say(`announced ${announcements.length} times`);

  if (reply !== undefined) for (const lie of findLies(facts, reply.shows, final)) say(lie);
  return { violations, outcome: reply?.shows, repeatedReplies, repeatedAnnouncements };
}

/** In which ways the outcome that was reported is not what happened. */
function findLies(facts: RequestFacts, shown: ShownOutcome | undefined, final: Post[]): string[] {
  const { committed, crashes, isAtColdsend, network } = facts;
  const lies: string[] = [];
  if (shown === undefined) return ['what was reported is no outcome'];
  if (committed?.outcome !== shown) lies.push(`reported ${shown}, committed ${committed?.outcome}`);
  for (const crash of crashes) {
    if (crash?.outcome !== undefined && crash.outcome !== shown)
      lies.push(`settled as ${crash.outcome}, reported ${shown}`);
  }
  const diedArmed = crashes.some((crash) => crash?.state === 'armed');
  if (diedArmed && shown !== 'unknown') lies.push(`the process died while armed, reported ${shown}`);
  const status = final[0]?.status;
  switch (shown) {
    case 'added':
      if (!isAtColdsend) lies.push('reported added, but ColdSend does not have it');
      if (status === undefined || status < 200 || status > 299)
        lies.push(`reported added, but ColdSend answered ${status}`);
      break;
    case 'exists':
      if (status !== 409) lies.push(`reported exists, but ColdSend answered ${status}`);
      break;
    case 'refused':
      if (isAtColdsend) lies.push('reported refused, but ColdSend has it');
      if (status === undefined || status === 401 || status === 409 || status >= 500)
        lies.push(`reported refused, but ColdSend answered ${status}`);
      break;
    case 'key_refused':
      if (status !== 401 && status !== 403) lies.push(`reported key_refused, but ColdSend answered ${status}`);
      break;
    case 'unknown': {
      const answerLost = network === 'answer_lost' || final.some((post) => post.status === undefined);
      const unclear = status !== undefined && (status >= 500 || (status >= 300 && status < 400));
      if (!diedArmed && !answerLost && !unclear) lies.push('reported unknown, though it was known');
      if (!diedArmed && network === 'nothing_sent') lies.push('reported unknown, though nothing was sent');
      break;
    }
    case 'expired':
    case 'stopped':
      if (final.length > 0) lies.push(`reported ${shown}, but it was sent`);
      break;
  }
  return lies;
}
