// Transformations, with the library that matches their regular expressions: a stack without them does not start slower.
export { faultOfSource, transformData } from '../../core/transforms/engine.ts';
