// For the tests of this folder, until they are moved to the folders of their sources.
export * from '../builders/broken-calls.ts';
