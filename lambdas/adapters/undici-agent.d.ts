// undici's Agent alone: its index would bring fetch, caches and mocks into every bundle, 260 KB of minified code.
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici';
  export default Agent;
}
