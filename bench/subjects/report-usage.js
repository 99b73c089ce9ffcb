/*
 * Preloaded into each subject (`--import`): answers every message of its parent with what the process has used so far.
 * JavaScript, so that it isn't what makes Node load its compiler for TypeScript.
 */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1024 / 1024 });
});
process.channel?.unref();
