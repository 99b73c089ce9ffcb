import fc from 'fast-check';

/** One that anybody may set to look for new counterexamples, as in `PROPERTY_SEED=$RANDOM npm test`. */
const SEED = Number(process.env.PROPERTY_SEED ?? 1);

/** Every run of the tests draws the same values: what fails for somebody fails for everybody, and a change is judged by itself. */
fc.configureGlobal({ seed: SEED });

export { fc };
