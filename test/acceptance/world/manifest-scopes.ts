import { parse } from 'yaml';
import { z } from 'zod';
import { readManifest } from '../../../scripts/http-manifest.ts';

const manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });

/** The scopes an installation from manifest.yml has, so that what the manifest lacks fails in the tests. */
export function readManifestScopes(): string[] {
  return manifest.parse(parse(readManifest())).oauth_config.scopes.bot;
}
