/** Imported before a program that is measured: tells on request the processor time it has taken. */
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
});
// An open channel would keep a process alive that is asked to end.
process.channel?.unref();
