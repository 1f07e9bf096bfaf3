// Leaves one response unread and one with a pending read. Neither must keep the process alive.
import { createSSE } from '../../faces/fetch/service.mjs';

const sse = createSSE();
sse.addClient();
sse.addClient().response.body.getReader().read();
