// What JSX becomes when it is built: see lib/web-app/build.ts.
export { Fragment, h } from 'preact';
