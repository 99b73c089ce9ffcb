// Loaded before the first TypeScript file, also by a Node that can't read TypeScript: plain old JavaScript only.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    'The bot needs Node 24 or later, and this is Node ' +
      process.versions.node +
      '. Run "npm ci" without --ignore-scripts: it installs Node 24 just for the bot.\n',
  );
  process.exit(1);
}
