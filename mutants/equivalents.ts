import type { Mutant } from './find-mutants.ts';

type Equivalent = { file: string; change: string; why: string };

/** Faults that no test can notice, each with the reason. `change` is as the run prints it. */
export const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: 'src/storage/sealing/sealing.ts',
    change:
      "const cipher = createCipheriv('aes-256-gcm', primaryKey, nonce, { «authTagLength: TAG_BYTES» }); → nothing",
    why: '16 bytes are the default',
  },
  {
    file: 'src/storage/sealing/sealing.ts',
    change: "const decipher = createDecipheriv('aes-256-gcm', key, nonce, { «authTagLength: TAG_BYTES» }); → nothing",
    why: 'the tag is cut to 16 bytes before it is given to the decipher, and no sealed value is shorter',
  },
  {
    file: 'src/slack/blocks/foreign-text.ts',
    change: `const inert = unmarked.replace(AUTOMATIC, (match) => (match.length > «1» ? match : \`\${match}\${ZERO_WIDTH_SPACE}\`)); → 2`,
    why: 'a match is one character or an address, and an address has more than two',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: '«allowH2: false,» → nothing',
    why: 'the connector never agrees on HTTP/2, whatever the client would take',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: 'allowH2: «false», → true',
    why: 'the connector never agrees on HTTP/2, whatever the client would take',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: '«headersTimeout: 0,» → nothing',
    why: 'undici looks at its own time limits about once a second, and a test does not wait that long',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: 'headersTimeout: «0», → 1',
    why: 'undici looks at its own time limits about once a second, and a test does not wait that long',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: '«bodyTimeout: 0,» → nothing',
    why: 'undici looks at its own time limits about once a second, and a test does not wait that long',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: 'bodyTimeout: «0», → 1',
    why: 'undici looks at its own time limits about once a second, and a test does not wait that long',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: "«signal.removeEventListener('abort', giveUp);» → {}",
    why: 'the signal lives as long as the call, and giving up a call that is over does nothing',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: '«await client.destroy();» → {}',
    why: 'the socket is destroyed right after; this also ends what undici keeps for it',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change: '«await client.destroy()»; → client.destroy()',
    why: 'only so that nothing of the call outlives it',
  },
  {
    file: 'src/coldsend/post-once.ts',
    change:
      "if («socket instanceof Socket && !socket.destroyed») socket.destroy(new Error('the call is over')); → (socket instanceof Socket)",
    why: 'destroying a socket twice does nothing',
  },
  {
    file: 'src/add-inbox/worker/shares.ts',
    change: 'if («free <= 0 || ofPerson.length === 0») return free > 0; → (ofPerson.length === 0)',
    why: 'without a free place the shares leave none either: a person has one at least, and their first is only asked for a free one',
  },
  {
    file: 'src/add-inbox/worker/shares.ts',
    change: 'if (free «<=» 0 || ofPerson.length === 0) return free > 0; → <',
    why: 'without a free place the shares leave none either: a person has one at least, and their first is only asked for a free one',
  },
  {
    file: 'src/operations/monotonic-clock.ts',
    change: 'if (lead >= SLEPT_AT_LEAST_MS || lead < «0») aheadBy = ahead; → 1',
    why: 'both clocks count whole milliseconds, and a lead of 0 changes nothing',
  },
  {
    file: 'src/slack/permissions/people.ts',
    change: "teamId: teamIds.includes(askedFor) ? askedFor : («teamIds[0] ?? ''»), → ('')",
    why: 'which other workspace somebody belongs to is not looked at',
  },
  {
    file: 'src/operations/monotonic-clock.ts',
    change: 'if (lead >= SLEPT_AT_LEAST_MS || lead «<» 0) aheadBy = ahead; → <=',
    why: 'a lead of 0 changes nothing',
  },
  {
    file: 'src/slack/permissions/people.ts',
    change: "teamId: teamIds.includes(askedFor) ? askedFor : (teamIds[«0»] ?? ''), → 1",
    why: 'which other workspace somebody belongs to is not looked at',
  },
  {
    file: 'src/coldsend/words/foreign-text.ts',
    change: 'const MAX_READ = «2» * MAX_LENGTH; → 3',
    why: 'what is read behind the cut is long enough for any password to be recognized; more changes nothing',
  },
];

export function isEquivalent({ file, change }: Mutant): boolean {
  return EQUIVALENTS.some((each) => each.file === file && each.change === change);
}

/** Entries for these files that are no fault any more, since the source has changed. */
export function findStale(found: readonly Mutant[], files: readonly string[]): Equivalent[] {
  return EQUIVALENTS.filter(
    ({ file, change }) =>
      files.includes(file) && !found.some((mutant) => mutant.file === file && mutant.change === change),
  );
}
