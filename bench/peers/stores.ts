// The stores that peers need; whoever runs the bench has started them.
export const REDIS_URL = process.env.PEER_REDIS ?? 'redis://127.0.0.1:6379';
export const POSTGRES_URL =
  process.env.PEER_POSTGRES ?? 'postgres://postgres:postgres@127.0.0.1:5432/peers?sslmode=disable';

/** The names of their processes; RabbitMQ's is that of Erlang. */
export const STORES = ['redis-server', 'beam.smp', 'postgres'];
