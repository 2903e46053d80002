/** One attack, in a process of its own: in the reader's it would delay what the reader measures. */
import { ATTACKS, attack } from './attacks.js';

const [, , name, url = '', seconds, first] = process.argv;
const one = ATTACKS.find((each) => each.name === name);
if (!one) throw new Error('no such attack');
const statuses = await attack(one, { url, seconds: Number(seconds), first: Number(first) });
process.stdout.write(JSON.stringify(statuses));
