// To be preloaded: a machine whose clock is eight seconds late.
const real = Date.now.bind(Date);
Date.now = () => real() - 8_000;
