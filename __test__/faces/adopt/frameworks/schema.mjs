// A GraphQL schema with a subscription.
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';

async function* count() {
  for (let n = 1; n <= 4; n += 1) {
    yield { count: n };
    await new Promise(setImmediate);
  }
}

export const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { hello: { type: GraphQLString, resolve: () => 'world' } },
  }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: { count: { type: GraphQLInt, subscribe: count } },
  }),
});
