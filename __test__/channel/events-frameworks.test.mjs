// Subscriptions of tRPC, GraphQL and Nest that read a channel.
import './events/trpc.mjs';
import './events/graphql.mjs';
import './events/nest.mjs';
