// Streams of other frameworks, adopted and read by the frameworks' own clients.
import './adopt/frameworks/ai.mjs';
import './adopt/frameworks/trpc.mjs';
import './adopt/frameworks/graphql-sse.mjs';
import './adopt/frameworks/yoga.mjs';
import './adopt/frameworks/hono.mjs';
import './adopt/frameworks/mcp-v1.mjs';
import './adopt/frameworks/mcp.mjs';
