// Property tests draw the same cases each time, so that a change fails for what it changes. PROPERTY_SEED=random, or a
// number, draws others: run them so after a change of what they test.
import fc from 'fast-check';

const seed = process.env.PROPERTY_SEED ?? '20261130';
if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
