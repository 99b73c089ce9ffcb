import { readManifest, toHttpManifest } from './http-manifest.ts';

const url = process.argv[2];

if (url === undefined) process.stdout.write(readManifest());
else if (URL.parse(url)?.protocol === 'https:') process.stdout.write(toHttpManifest(readManifest(), url));
else {
  process.stderr.write('Usage: npm run manifest [-- https://bot.example.com]\nSlack takes https:// addresses only.\n');
  process.exitCode = 2;
}
