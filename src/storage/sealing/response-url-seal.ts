import { SealError, type Sealer } from './sealing.ts';

const PURPOSE = 'form.response_url';

/**
 * Seals a command's response URL so that the form can carry it in its `private_metadata`. Anyone with the URL can post as the bot
 * for 30 minutes.
 */
export function createResponseUrlSeal(sealer: Sealer): {
  sealResponseUrl(teamId: string, responseUrl: string): string;
  /** Undefined if it can't be opened because the keys have changed. The form works without it. */
  openResponseUrl(teamId: string, sealed: string): string | undefined;
} {
  const contextOf = (teamId: string) => ({ purpose: PURPOSE, teamId, rowId: '' });
  return {
    sealResponseUrl: (teamId, responseUrl) => sealer.seal(responseUrl, contextOf(teamId)),
    openResponseUrl: (teamId, sealed) => {
      try {
        return sealer.open(sealed, contextOf(teamId));
      } catch (error) {
        if (error instanceof SealError) return undefined;
        throw error;
      }
    },
  };
}
