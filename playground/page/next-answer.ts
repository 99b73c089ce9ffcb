import type { LocalColdsend } from '../local-coldsend/local-coldsend.ts';
import { ANSWERS, type AnswerName } from './answers.ts';

export type NextAnswer = {
  name(): AnswerName;
  /** Whether it is given again and again instead of once. */
  isKept(): boolean;
  /** How often anything but success was given to a request that was to add an inbox. */
  broken(): number;
  choose(name: AnswerName, keep: boolean): void;
};

/** What ColdSend answers next. Once given it goes back to success, unless it is kept. */
export function createNextAnswer(coldsend: LocalColdsend): NextAnswer {
  let name: AnswerName = 'active';
  let kept = false;
  let broken = 0;

  coldsend.onRequest(({ method, path, body, contractErrors }) => {
    const isAboutAdded = method === 'DELETE' || path.endsWith('/test-email');
    if (isAboutAdded !== (ANSWERS[name].about === 'added')) return;
    // The request that tries a key has an empty body; an answer that tells of an account can't be given to it.
    const isToAdd = contractErrors.length === 0 && typeof body === 'object' && body !== null && 'email_address' in body;
    if (name === 'pending' && !isToAdd) return;
    if (isToAdd && name !== 'active' && name !== 'pending') broken += 1;
    if (!kept) choose('active', false);
  });

  return { name: () => name, isKept: () => kept, broken: () => broken, choose };

  function choose(chosen: AnswerName, keep: boolean): void {
    name = chosen;
    kept = keep;
    const { script, about } = ANSWERS[chosen];
    coldsend.answerAlways(about === 'added' ? undefined : script);
    coldsend.answerAlways(about === 'added' ? script : undefined, 'added');
  }
}
