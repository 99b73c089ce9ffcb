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

process.on('uncaughtExceptionMonitor', (error) => {
  var missing = /Cannot find package '([^']+)' imported/.exec(String(error));
  if (!missing) return;
  process.stderr.write(
    'The package ' +
      missing[1] +
      ' is not installed. Run "npm ci". After "npm ci --omit=dev", only the bot and its operators\' commands work.\n',
  );
  process.exit(1);
});
