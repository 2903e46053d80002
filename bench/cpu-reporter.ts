/** Imported before a program that is measured: reports on request its processor time. */
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
});
// An open channel would keep a process alive that is asked to end.
process.channel?.unref();
